"""Models that attack the process they are opened in.

They are saved by value, so that they run in a host that does not know this module.
``Attacker.predict`` runs the attack whose position each row names and answers 1
where it succeeded.
"""
# ruff: noqa: SIM115 - an attack closes nothing behind it

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import cloudpickle

if TYPE_CHECKING:
    from pathlib import Path


class Target:
    """What an attacker knows of the outside, filled in by the test."""

    def __init__(self, folder: Path, parent: int, variable: str) -> None:
        self.secret = str(folder / "secret.txt")
        self.folder = str(folder)
        self.parent = parent
        self.variable = variable


def _system(number, *arguments):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def read_password_file(target):
    return bool(open("/etc/passwd").read())


def read_secret(target):
    return "canary" in open(target.secret).read()


def read_secret_by_system_call(target):
    import ctypes

    return _system(257, ctypes.c_int(-100), target.secret.encode(), ctypes.c_int(0))


def list_folder(target):
    import os

    return bool(os.listdir(target.folder))


def list_home(target):
    import os

    return bool(os.listdir("/root") or os.listdir("/home"))


def read_environment(target):
    import os

    return target.variable in os.environ


def read_environment_of_the_c_library(target):
    import ctypes

    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_char_p
    return libc.getenv(target.variable.encode()) is not None


def read_environment_of_the_kernel(target):
    return bool(open("/proc/self/environ").read())


def read_own_memory_map(target):
    return bool(open("/proc/self/maps").read())


def read_parent_memory(target):
    return bool(open(f"/proc/{target.parent}/mem", "rb"))


def read_parent_environment(target):
    return bool(open(f"/proc/{target.parent}/environ", "rb").read())


def write_file(target):
    open(target.folder + "/written", "w").write("x")
    return True


def write_in_exchange(target):
    open("in/written", "w").write("x")
    return True


def overwrite_model(target):
    open("model", "r+b").write(b"x")
    return True


def write_in_shared_memory(target):
    open("/dev/shm/written-by-a-model", "w").write("x")
    return True


def make_folder(target):
    import os

    os.mkdir(target.folder + "/made")
    return True


def remove_secret(target):
    import os

    os.unlink(target.secret)
    return True


def rename_secret(target):
    import os

    os.rename(target.secret, target.folder + "/moved")
    return True


def truncate_secret(target):
    import os

    os.truncate(target.secret, 0)
    return True


def change_mode(target):
    import os

    os.chmod(target.secret, 0o777)
    return True


def change_times(target):
    import os

    os.utime(target.secret, (0, 0))
    return True


def set_attribute(target):
    import os

    os.setxattr(target.secret, "user.x", b"x")
    return True


def link_symbolically(target):
    import os

    os.symlink(target.secret, "in/link")
    return True


def link_hard(target):
    import os

    os.link(target.secret, target.folder + "/link")
    return True


def make_pipe(target):
    import os

    os.mkfifo(target.folder + "/pipe")
    return True


def run_program(target):
    import subprocess

    return subprocess.run(["/bin/true"], check=False).returncode == 0


def run_shell(target):
    import os

    return os.system("true") == 0


def replace_process(target):
    import os

    os.execv("/bin/true", ["true"])


def fork(target):
    import os

    child = os.fork()
    if child == 0:
        os._exit(0)
    return True


def spawn(target):
    import os

    return os.posix_spawn("/bin/true", ["true"], {}) > 0


def connect_to_the_internet(target):
    import socket

    socket.create_connection(("127.0.0.1", 9), 1)
    return True


def open_network_socket(target):
    import socket

    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return True


def open_six_socket(target):
    import socket

    socket.socket(socket.AF_INET6)
    return True


def open_unix_socket(target):
    import socket

    socket.socket(socket.AF_UNIX)
    return True


def open_netlink_socket(target):
    import socket

    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    return True


def open_socket_pair(target):
    import socket

    socket.socketpair()
    return True


def resolve_name(target):
    import socket

    return bool(socket.getaddrinfo("example.org", 80))


def trace_parent(target):
    import ctypes

    return _system(101, ctypes.c_long(16), ctypes.c_long(target.parent), None, None)


def read_parent_by_system_call(target):
    import ctypes

    return _system(310, ctypes.c_long(target.parent), None, 0, None, 0, 0)


def signal_parent(target):
    import os

    os.kill(target.parent, 0)
    return True


def signal_parent_thread(target):
    import ctypes

    parent = ctypes.c_long(target.parent)
    return _system(234, parent, parent, ctypes.c_long(0))


def queue_signal_to_parent(target):
    import ctypes

    info = ctypes.create_string_buffer(128)
    return _system(129, ctypes.c_long(target.parent), ctypes.c_long(0), info)


def own_a_pipe_for_parent(target):
    import fcntl
    import os

    reader, writer = os.pipe()
    try:
        fcntl.fcntl(reader, 8, target.parent)
    finally:
        os.close(reader)
        os.close(writer)
    return True


def open_parent_handle(target):
    import os

    return os.pidfd_open(target.parent) >= 0


def limit_parent(target):
    import resource

    resource.prlimit(target.parent, resource.RLIMIT_NOFILE, (10, 10))
    return True


def slow_parent(target):
    import os

    os.setpriority(os.PRIO_PROCESS, target.parent, 19)
    return True


def pin_parent(target):
    import os

    os.sched_setaffinity(target.parent, {0})
    return True


def raise_own_limits(target):
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))
    return True


def become_somebody(target):
    import os

    os.setuid(65534)
    return True


def set_up_ring(target):
    import ctypes

    return _system(425, ctypes.c_long(4), ctypes.create_string_buffer(120))


def run_from_memory(target):
    import os

    return os.memfd_create("x") >= 0


def leave_namespace(target):
    import ctypes

    return _system(272, ctypes.c_long(0x10000000))


def mount_something(target):
    import ctypes

    return _system(165, b"none", b"/tmp", b"tmpfs", ctypes.c_long(0), None)


def load_program_into_kernel(target):
    import ctypes

    return _system(321, ctypes.c_long(0), None, ctypes.c_long(0))


def watch_performance(target):
    import ctypes

    return _system(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)


def share_memory(target):
    import ctypes

    return _system(29, ctypes.c_long(0), ctypes.c_long(4096), ctypes.c_long(0o1600))


def use_keys(target):
    import ctypes

    return _system(250, ctypes.c_long(0), ctypes.c_long(-3), ctypes.c_long(1))


def clone_process(target):
    import ctypes
    import os

    before = os.getpid()
    created = _system(56, ctypes.c_long(17), None, None, None, None)
    if os.getpid() != before:
        os._exit(0)
    return created


def clone_process_newer(target):
    import ctypes

    return _system(435, ctypes.create_string_buffer(88), ctypes.c_long(88))


def fill_disk(target):
    import os

    for _ in range(64):
        os.write(1, bytes(1 << 20))
    return True


def take_all_memory(target):
    return len(bytearray(1 << 42)) > 0


def open_terminal(target):
    return bool(open("/dev/tty", "w"))


def find_other_descriptors(target):
    import os

    found = []
    for descriptor in range(256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        found.append(descriptor)
    return len(found) > 6  # three standard ones, two pipes, the model


ATTACKS = [
    found
    for name, found in list(globals().items())
    if callable(found)
    and getattr(found, "__module__", "") == __name__
    and not name.startswith("_")
    and name != "Target"
]


class Attacker:
    """Runs the attacks its rows name."""

    n_features_in_ = 1

    def __init__(self, target: Target) -> None:
        self.target = target
        self.attacks = ATTACKS

    def predict(self, rows):
        return [self._try(self.attacks[int(row[0])]) for row in rows]

    def _try(self, attack):
        try:
            return 1.0 if attack(self.target) else 0.0
        except (OSError, MemoryError, ValueError):
            return 0.0


class Misbehaving:
    """A regressor that does to its own process what ``how`` says."""

    n_features_in_ = 1

    def __init__(self, how: str) -> None:
        self.how = how

    def predict(self, rows):
        return getattr(self, "_" + self.how)(rows)

    def _honest(self, rows):
        return rows[:, 0]

    def _raises(self, rows):
        raise RuntimeError("no luck\nwith {this}")

    def _segfaults(self, rows):
        import ctypes

        ctypes.string_at(0)

    def _hangs(self, rows):
        while True:
            pass

    def _grows(self, rows):
        kept = []
        while True:
            kept.append(bytearray(64 << 20))
            for start in range(0, 64 << 20, 4096):
                kept[-1][start] = 1

    def _speaks_for_the_host(self, rows):
        """Write a frame of its own into the pipe to the engine."""
        import gc

        from engine.contracts.frames import Channel

        channel = next(o for o in gc.get_objects() if isinstance(o, Channel))
        channel._writer.send_bytes(b"this is no frame at all")
        return rows[:, 0]


def save(model: object, path: Path) -> Path:
    """Write a model that can be opened where this module is not known."""
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    try:
        path.write_bytes(cloudpickle.dumps(model))
    finally:
        cloudpickle.unregister_pickle_by_value(module)
    return path
