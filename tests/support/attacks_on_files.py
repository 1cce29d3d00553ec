"""Attacks on files, folders and what is read through them; run inside the host."""
# ruff: noqa: SIM115 - an attack closes nothing behind it

from __future__ import annotations


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
