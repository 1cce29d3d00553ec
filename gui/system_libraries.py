"""Which libraries of the system the window needs, and which of them are missing.

Runs before anything is installed, on the bare system Python: only the standard library
is used, and nothing of this program is imported.
"""

from __future__ import annotations

import ctypes
import os
import platform

# What Qt's modules and the boosters load: library -> Debian package.
ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libbrotlidec.so.1": "libbrotli1",
    "libgomp.so.1": "libgomp1",
}
# What a window on an X11 display needs besides.
ON_A_DISPLAY = {
    "libX11.so.6": "libx11-6",
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


def on_x11() -> bool:
    """Return whether Qt is going to open its windows on an X11 display."""
    platform_asked = os.environ.get("QT_QPA_PLATFORM", "")
    if platform_asked:
        return platform_asked.startswith("xcb")
    return bool(os.environ.get("DISPLAY"))


def missing_packages(*, display: bool) -> list[str]:
    """Return the Debian packages whose library does not load (Linux only).

    Parameters
    ----------
    display
        Whether the libraries of an X11 display are needed too.
    """
    if platform.system() != "Linux":
        return []
    needed = {**ALWAYS, **(ON_A_DISPLAY if display else {})}
    return [package for library, package in needed.items() if not _loads(library)]


def install_command(packages: list[str]) -> str:
    """Return the line that installs packages on Debian and Ubuntu."""
    return f"sudo apt-get install -y {' '.join(packages)}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
