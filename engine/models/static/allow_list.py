"""The names that have been looked at: exact, versioned, shipped as readable JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.contracts.model import Verdict

VERSION = "v1"
FOLDER = Path(__file__).resolve().parents[3] / "resources" / "allow_list"

_MODULES = (
    "os posix nt subprocess sys shutil socket ssl ctypes _ctypes importlib runpy pty "
    "pdb bdb code codeop timeit cProfile profile trace builtins operator _operator "
    "pickle _pickle marshal types webbrowser urllib http ftplib smtplib asyncio "
    "multiprocessing threading _thread signal pip setuptools distutils platform "
    "tempfile pathlib io _io pkgutil zipimport imp linecache inspect gc cloudpickle "
    "dill torch.hub torch.utils torch._dynamo torch.jit numpy.f2py numpy.testing "
    "numpy.distutils logging sqlite3 mmap commands idlelib lib2to3 doctest venv "
    "ensurepip antigravity uuid _osx_support _pyrepl nturl2path xmlrpc socketserver "
    "telnetlib poplib imaplib nntplib"
)
DANGEROUS_MODULES = frozenset(_MODULES.split())
"""Modules whose functions take over a machine; only chooses the word *dangerous*."""

_BUILTINS = (
    "bool bytearray bytes complex dict float frozenset int list object range set "
    "slice str tuple"
)
HARMLESS_BUILTINS = frozenset(_BUILTINS.split())
DANGEROUS_NAMES = frozenset(
    {
        "joblib.numpy_pickle.load",
        "joblib.load",
        "numpy.load",
        "numpy.lib.npyio.load",
        "numpy.fromfile",
        "pandas.read_pickle",
        "pandas.io.pickle.read_pickle",
        "torch.load",
        "torch.serialization.load",
        "torch.storage._load_from_bytes",
        "functools.partial",
        "functools.reduce",
        "copyreg.add_extension",
        "copyreg.pickle",
        "sklearn.datasets._base.load_files",
        "pydoc.locate",
        "pydoc.pipepager",
        "joblib._utils.eval_expr",
        "xgboost.core.Booster.load_model",
    }
)


@dataclass(frozen=True)
class AllowList:
    """Vetted names and what each may be used for.

    Attributes
    ----------
    globals
        Full name to the uses seen in honest files: ``name``, ``call``, ``new``.
    arguments
        Called name to the names seen among its arguments.
    skops
        Full name to the skops loaders it was seen with.
    modules
        scikit-learn's modules in the version the list was made with; a name of
        scikit-learn outside them comes from another version.
    """

    version: str
    made_with: dict[str, str]
    globals: dict[str, frozenset[str]]
    arguments: dict[str, frozenset[str]]
    skops: dict[str, frozenset[str]]
    skops_extra: tuple[str, ...]
    modules: frozenset[str]

    def verdict(self, name: str, uses: set[str]) -> Verdict:
        """Return what is known of using ``name`` in these ways."""
        if uses - {"name"} <= self.globals.get(name, frozenset()) and (
            name in self.globals
        ):
            return Verdict.VETTED
        return Verdict.DANGEROUS if is_dangerous(name) else Verdict.UNKNOWN

    def skops_verdict(self, name: str, loader: str) -> Verdict:
        """Return what is known of a skops node."""
        if loader in self.skops.get(name, frozenset()):
            return Verdict.VETTED
        return Verdict.DANGEROUS if is_dangerous(name) else Verdict.UNKNOWN


def is_dangerous(name: str) -> bool:
    """Return whether a name is known to hand over the machine."""
    if name in DANGEROUS_NAMES:
        return True
    parts = name.split(".")
    if parts[0] == "builtins" and len(parts) == 2:
        return parts[1] not in HARMLESS_BUILTINS
    return any(".".join(parts[:n]) in DANGEROUS_MODULES for n in range(1, len(parts)))


@cache
def shipped() -> AllowList:
    """Return the allow-list in force."""
    raw = json.loads((FOLDER / f"{VERSION}.json").read_text(encoding="utf-8"))
    return AllowList(
        version=raw["version"],
        made_with=raw["made_with"],
        globals={name: frozenset(uses) for name, uses in raw["globals"].items()},
        arguments={name: frozenset(a) for name, a in raw["arguments"].items()},
        skops={name: frozenset(loaders) for name, loaders in raw["skops"].items()},
        skops_extra=tuple(raw["skops_extra"]),
        modules=frozenset(raw["sklearn_modules"]),
    )
