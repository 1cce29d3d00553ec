"""Seccomp: system calls a model never needs answer "not permitted" (Linux).

See ``seccomp(2)``. The filter is a classic BPF program over the call's number,
architecture and arguments, installed for all threads at once. What it refuses:
sockets, new processes, signals to and limits on others, leaving the parent's session
or taking back that one ends with it, locks and leases on files, debugging, kernel
interfaces, and the changes to files that Landlock does not cover.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import NamedTuple

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
# fcntl commands that make the kernel send signals on one's behalf, lock or lease a
# file that others want, or make a pipe hold more of the kernel's memory
_OWNER_COMMANDS = (8, 10, 15)
_LOCK_COMMANDS = (6, 7, 37, 38, 1024, 1026, 1031)
# What libraries ask prctl for: names of threads and mappings, and what is in force.
# All else is refused, first of all what would undo that one ends with the parent.
_PRCTL_OPTIONS = (2, 3, 15, 16, 21, 23, 30, 39, 0x53564D41)


class _Machine(NamedTuple):
    column: int
    audit: int
    seccomp: int
    clone: int
    clone3: int
    tgkill: int
    prlimit: int
    fcntl: int
    prctl: int


_MACHINES = {
    "x86_64": _Machine(0, 0xC000003E, 317, 56, 435, 234, 302, 72, 157),
    "aarch64": _Machine(1, 0xC00000B7, 277, 220, 435, 131, 261, 25, 167),
}

# name: number on x86_64, number on aarch64 (None: the call does not exist there)
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # the network, and every other kind of socket
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    # new processes and programs
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # a life after the parent's, and locks that others would wait for
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "flock": (73, 32),
    "mlock": (149, 228),
    "mlock2": (325, 284),
    "mlockall": (151, 230),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # the kernel's wider surface
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "personality": (135, 92),
    "seccomp": (317, 277),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "iopl": (172, None),
    "ioperm": (173, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # mounts, namespaces, identity
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "setgroups": (116, 159),
    "capset": (126, 91),
    # changes to files that Landlock does not cover
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "link": (86, None),
    "linkat": (265, 37),
    "mknod": (133, None),
    "mknodat": (259, 33),
}

_Instruction = tuple[int, int, int, int]


def supported() -> bool:
    """Return whether a filter is known for this machine."""
    return sys.platform.startswith("linux") and platform.machine() in _MACHINES


def install() -> None:
    """Install the filter for every thread of this process.

    Needs ``no_new_privs``. Cannot be undone.

    Raises
    ------
    OSError
        If the kernel refuses it.
    """
    machine = _MACHINES[platform.machine()]
    program = _program(machine, os.getpid())
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    described = Program(len(program), ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    failed = libc.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_ulong(_SET_MODE_FILTER),
        ctypes.c_ulong(_ALL_THREADS),
        ctypes.byref(described),
    )
    if failed:
        raise OSError(ctypes.get_errno(), "seccomp filter refused")


def _program(machine: _Machine, own_pid: int) -> list[_Instruction]:
    refuse = _return(_ERRNO | errno.EPERM)
    steps: list[_Instruction] = [
        _load(_ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        _return(_KILL_PROCESS),
        _load(_NUMBER),
    ]
    if machine.column == 0:  # the x32 numbers would walk past the list
        steps += [(_AT_LEAST, 0, 1, _X32_BIT), _return(_KILL_PROCESS)]
    # "no such call" makes the C library fall back to clone, whose flags are visible
    steps += [(_EQUAL, 0, 1, machine.clone3), _return(_ERRNO | errno.ENOSYS)]
    steps += [
        (_EQUAL, 0, 4, machine.clone),
        _load(_ARGUMENTS),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        refuse,
        _return(_ALLOW),
    ]
    steps += _first_argument(machine.tgkill, own_pid)
    steps += _first_argument(machine.prlimit, 0)
    steps += _without_commands(machine.fcntl, (*_OWNER_COMMANDS, *_LOCK_COMMANDS))
    steps += _only_options(machine.prctl, _PRCTL_OPTIONS)
    for numbers in _DENIED.values():
        number = numbers[machine.column]
        if number is not None:
            steps += [(_EQUAL, 0, 1, number), refuse]
    return [*steps, _return(_ALLOW)]


def _first_argument(call: int, wanted: int) -> list[_Instruction]:
    """Allow ``call`` only with ``wanted`` as its first argument."""
    return [
        (_EQUAL, 0, 4, call),
        _load(_ARGUMENTS),
        (_EQUAL, 1, 0, wanted),
        _return(_ERRNO | errno.EPERM),
        _return(_ALLOW),
    ]


def _without_commands(call: int, commands: tuple[int, ...]) -> list[_Instruction]:
    """Allow ``call`` unless its second argument is one of ``commands``."""
    body = [_load(_ARGUMENTS + 8)]
    for command in commands:
        body += [(_EQUAL, 0, 1, command), _return(_ERRNO | errno.EPERM)]
    body.append(_return(_ALLOW))
    return [(_EQUAL, 0, len(body), call), *body]


def _only_options(call: int, options: tuple[int, ...]) -> list[_Instruction]:
    """Allow ``call`` only with one of ``options`` as its first argument."""
    body = [_load(_ARGUMENTS)]
    for option in options:
        body += [(_EQUAL, 0, 1, option), _return(_ALLOW)]
    body.append(_return(_ERRNO | errno.EPERM))
    return [(_EQUAL, 0, len(body), call), *body]


def _load(offset: int) -> _Instruction:
    return (_LOAD, 0, 0, offset)


def _return(verdict: int) -> _Instruction:
    return (_RETURN, 0, 0, verdict)
