"""Linux Landlock through ctypes: what a process may open, run and connect to, for good.

Source of numbers: the kernel's include/uapi/linux/landlock.h; docs in
https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_PR_SET_NO_NEW_PRIVS: Final = 38
_RULE_PATH_BENEATH: Final = 1
_RULE_NET_PORT: Final = 2

EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_TRUNCATE: Final = 1 << 14
#: Everything the first version of Landlock knows, EXECUTE among it.
_ABI_1: Final = (1 << 13) - 1
READ: Final = _READ_FILE | _READ_DIR
#: All but executing, devices and sockets of the file system.
WRITE: Final = (
    READ
    | _WRITE_FILE
    | _TRUNCATE
    | (1 << 4)
    | (1 << 5)
    | (1 << 7)
    | (1 << 8)
    | (1 << 12)
    | (1 << 13)
)
_FOR_FILES: Final = EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_BIND_TCP: Final = 1
_CONNECT_TCP: Final = 2
_SCOPE_ALL: Final = 3  # abstract sockets and signals


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


class _NetPort(ctypes.Structure):
    _fields_ = (("allowed_access", ctypes.c_uint64), ("port", ctypes.c_uint64))


def version() -> int:
    """Return which version of Landlock the kernel has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    found = ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, 1)
    return max(0, int(found))


def restrict(
    readable: Iterable[Path],
    writable: Iterable[Path],
    executable: Iterable[Path],
    tcp_ports: Iterable[int] | None,
) -> int:
    """Confine the calling thread, and every thread and process it makes from now on.

    Parameters
    ----------
    readable, writable, executable : iterable of Path
        Folders with all below, or files; those that are not there are left out.
    tcp_ports : iterable of int or None
        Ports that may be connected to; None for any.

    Returns
    -------
    int
        The version of Landlock that enforces it; 0 where nothing does.

    Raises
    ------
    OSError
        If the kernel has Landlock and refuses.
    """
    abi = version()
    if abi == 0:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    handled = _ABI_1 | (1 << 13 if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    nets = _BIND_TCP | _CONNECT_TCP if abi >= 4 and tcp_ports is not None else 0
    rules = _Ruleset(handled, nets, _SCOPE_ALL if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0))
    try:
        for access, paths in (
            (READ, readable), (WRITE, writable), (EXECUTE | READ, executable),
        ):  # fmt: skip
            for path in paths:
                _allow(libc, ruleset, path, access & handled)
        for port in tcp_ports or () if nets else ():
            rule = _NetPort(_CONNECT_TCP, port)
            _checked(libc.syscall(_ADD_RULE, ruleset, _RULE_NET_PORT, ctypes.byref(rule), 0))
        _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return abi


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _FOR_FILES
        rule = _PathBeneath(access, descriptor)
        _checked(libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return int(result)
