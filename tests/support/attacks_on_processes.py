"""Attacks on other processes, the network and the kernel; run inside the host."""

from __future__ import annotations

from tests.support.attacks_on_files import _system


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


def outlive_the_parent(target):
    import ctypes

    return ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0


def leave_the_session(target):
    import os

    return os.setsid() is None


def leave_the_group(target):
    import os

    return os.setpgid(0, 0) is None


def adopt_orphans(target):
    import ctypes

    return ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0


def lift_the_filter(target):
    """Ask for a filter of its own, which may hand calls to a listener."""
    import ctypes

    libc = ctypes.CDLL(None)
    return libc.prctl(22, 1, 0, 0, 0) == 0 or _system(317, ctypes.c_long(1), None, None)


def lease_a_file(target):
    import fcntl
    import os

    for descriptor in range(3, 64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        try:
            fcntl.fcntl(descriptor, 1024, fcntl.F_RDLCK)
        except OSError:
            continue
        return True
    return False


def lock_a_file(target):
    import fcntl

    fcntl.flock(1, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


def lock_a_range(target):
    import fcntl

    fcntl.lockf(1, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


def swell_a_pipe(target):
    import fcntl
    import os

    reader, writer = os.pipe()
    try:
        return fcntl.fcntl(writer, 1031, 1 << 20) > 0
    finally:
        os.close(reader)
        os.close(writer)


def pin_memory(target):
    import ctypes

    return ctypes.CDLL(None).mlockall(1) == 0


def flush_every_disk(target):
    import ctypes

    return _system(306, ctypes.c_long(1))


def ask_for_a_core_dump(target):
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))
    return True


def take_more_address_space(target):
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    return hard == resource.RLIM_INFINITY
