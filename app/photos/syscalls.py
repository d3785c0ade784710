"""Forbid system calls that decoding never needs: processes, programs, files, sockets, signals, others' memory.

A seccomp filter in classic BPF. A deny list, not an allow list: what decoders and libc need changes with each version,
and the limits, Landlock and this filter each hold by themselves. Threads stay allowed: the HEVC decoder starts one.
"""

import ctypes
import platform
import struct
from dataclasses import dataclass

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
_AT_NUMBER, _AT_MACHINE, _AT_FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x10000
_CLONE3 = 435
_X32_BIT = 0x40000000
# pidfd_send_signal, io_uring_setup, pidfd_open, openat2, pidfd_getfd, fchmodat2
_COMMON = (424, 425, 434, 437, 438, 452)


@dataclass(frozen=True)
class _Machine:
    """Numbers of one architecture, from the kernel's unistd tables."""

    audit: int
    clone: int
    denied: str


# In this order: execve, execveat, openat, socket, socketpair, connect, kill, tkill, tgkill, rt_sigqueueinfo,
# rt_tgsigqueueinfo, ptrace, process_vm_readv, process_vm_writev, bpf, perf_event_open, add_key, request_key, keyctl,
# userfaultfd, unshare, setns, fchmodat; then, where they exist, open, creat, fork, vfork, chmod.
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        56,
        "59 322 257 41 53 42 62 200 234 129 297 101 310 311 321 298 248 249 250 323 272 308 268 2 85 57 58 90",
    ),
    "aarch64": _Machine(
        0xC00000B7,
        220,
        "221 281 56 198 199 203 129 130 131 138 240 117 270 271 280 241 217 218 219 282 97 268 53",
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def forbid_syscalls() -> bool:
    """Install the filter for good in this process; needs no_new_privs. False where machine or kernel has none."""
    machine = _MACHINES.get(platform.machine()) if platform.system() == "Linux" else None
    if machine is None:
        return False
    code = b"".join(_program(machine))
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _program(machine: _Machine) -> list[bytes]:
    """Each denied number is one comparison followed by its own return, so that no jump is far."""
    steps = [
        _step(_LOAD, _AT_MACHINE),
        _step(_IF_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, _EPERM),
        _step(_LOAD, _AT_NUMBER),
        *_unless(_IF_AT_LEAST, _X32_BIT, _EPERM),
        # its arguments lie in memory, out of a filter's reach; libc then falls back to clone
        *_unless(_IF_EQUAL, _CLONE3, _ENOSYS),
    ]
    for number in (*map(int, machine.denied.split()), *_COMMON):
        steps += _unless(_IF_EQUAL, number, _EPERM)
    return [
        *steps,
        _step(_IF_EQUAL, machine.clone, 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _AT_FIRST_ARGUMENT),
        _step(_IF_ANY_BIT, _CLONE_THREAD, 1, 0),
        _step(_RETURN, _EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _unless(test: int, value: int, verdict: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _step(_RETURN, verdict)]


def _step(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)
