"""Name what the system lacks, and the one line that brings it.

Runs on the bare system Python, so only the standard library is used.
"""

from __future__ import annotations

import argparse
import ctypes
import platform
import sys

OLDEST, NEWEST = (3, 11), (3, 13)

# What Qt and the font engine load at run time: library -> Debian package.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libbrotlidec.so.1": "libbrotli1",
    "libgomp.so.1": "libgomp1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing_packages() -> list[str]:
    """Return the Debian packages whose library does not load (Linux only)."""
    if platform.system() != "Linux":
        return []
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def main() -> int:
    """Check what was asked for; say what to do and return 1 if it is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="store_true")
    parser.add_argument("--libraries", action="store_true")
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()

    if asked.python and not OLDEST <= sys.version_info[:2] <= NEWEST:
        print(
            f"Trasluz needs Python 3.11 to 3.13; this is {platform.python_version()}."
            " Choose another with: make PYTHON=python3.11 run",
            file=sys.stderr,
        )
        return 1
    missing = missing_packages()
    if asked.list:
        print(" ".join(missing))
    elif asked.libraries and missing:
        print(
            "Some system libraries are missing. This brings them:\n"
            f"    sudo apt-get install -y {' '.join(missing)}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
