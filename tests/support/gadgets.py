"""Calls a hostile pickle makes on being loaded: 120 for the static report, and
those whose effect can be seen from outside, for the locked-down host.
"""

from __future__ import annotations

# module, names: each is a way to run, import, read, write or reach something
_NAMED = {
    "os": "popen execv execve execvp spawnl spawnv fork remove rename putenv _exit",
    "posix": "posix_spawn open unlink",
    "subprocess": "run call check_call getoutput getstatusoutput",
    "builtins": "breakpoint input delattr globals vars memoryview super exit",
    "importlib": "reload __import__",
    "importlib.util": "spec_from_file_location module_from_spec",
    "runpy": "run_module _run_code",
    "shutil": "copyfile move make_archive unpack_archive",
    "tempfile": "NamedTemporaryFile mkstemp",
    "pathlib": "Path PosixPath",
    "socket": "create_connection create_server",
    "http.client": "HTTPConnection HTTPSConnection",
    "ftplib": "FTP",
    "smtplib": "SMTP",
    "xmlrpc.client": "ServerProxy",
    "sqlite3": "connect",
    "ctypes": "PyDLL cast",
    "operator": "itemgetter call",
    "functools": "partialmethod",
    "types": "MethodType ModuleType",
    "threading": "Thread",
    "multiprocessing": "Process",
    "signal": "raise_signal",
    "sys": "exit settrace setrecursionlimit",
    "gc": "get_objects",
    "inspect": "getattr_static",
    "zipimport": "zipimporter",
    "dill": "loads",
    "numpy": "fromfile memmap save",
    "pandas": "read_csv",
    "sklearn.utils": "Bunch",
    "torch": "load compile",
}


def named() -> dict[str, tuple[str, str, str]]:
    """Return further calls by name, told apart from the static report's first ones."""
    return {
        f"{module}.{name}": (module, name, "x")
        for module, names in _NAMED.items()
        for name in names.split()
    }


def with_effect(folder: str, secret: str, port: int, process: int) -> dict:
    """Return calls that leave a mark, read the secret, connect or signal.

    Each mark bears the name of its call, so that who left it is known.
    """
    connect = (
        f"__import__('socket').create_connection(('127.0.0.1', {port}), 1).close()"
    )

    def mark(name):
        return f"{folder}/{name}"

    def writes(name):
        return f"open({mark(name)!r}, 'w').close()"

    read = f"open({secret!r}).read()"
    return {
        "os.system": ("os", "system", f"touch {mark('os.system')}"),
        "posix.system": ("posix", "system", f"touch {mark('posix.system')}"),
        "os.mkdir": ("os", "mkdir", mark("os.mkdir")),
        "os.mkfifo": ("os", "mkfifo", mark("os.mkfifo")),
        "os.symlink": ("os", "symlink", "x", mark("os.symlink")),
        "getoutput": ("subprocess", "getoutput", f"touch {mark('getoutput')}"),
        "eval": ("builtins", "eval", writes("eval")),
        "exec": ("builtins", "exec", writes("exec")),
        "open": ("builtins", "open", mark("open"), "w"),
        "io.open": ("io", "open", mark("io.open"), "w"),
        "io.FileIO": ("io", "FileIO", mark("io.FileIO"), "w"),
        "timeit": ("timeit", "timeit", "pass", writes("timeit")),
        "cProfile": ("cProfile", "run", writes("cProfile")),
        "shutil.copyfile": ("shutil", "copyfile", secret, mark("shutil.copyfile")),
        "sqlite3": ("sqlite3", "connect", mark("sqlite3")),
        "gzip.open": ("gzip", "open", mark("gzip.open"), "w"),
        "logging": ("logging", "FileHandler", mark("logging")),
        "read by eval": ("builtins", "eval", read),
        "read by linecache": ("linecache", "getline", secret, 1),
        "read by lines": ("linecache", "getlines", secret),
        "read by numpy": ("numpy", "fromfile", secret, "S6"),
        "connect": ("builtins", "eval", connect),
        "signal": ("os", "kill", process, 10),
    }
