"""What a worker may do: kernel limits, Landlock where there is one, Python's audit hook.

The audit hook sees what goes through Python and stops it with a message that names the permission.
Native code of a plugin passes it by; Landlock and the limits hold for that too. What neither covers
stands in docs/plugins.md: UDP and the names of hosts are checked for Python code only, and where
there is no Landlock (macOS, Windows, Linux before 5.13) so is everything.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import sys
import sysconfig
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plugins.host.worker import landlock

_SYSTEM_READ: Final = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/proc/self", "/proc/cpuinfo",
    "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/filesystems", "/sys/devices/system",
    "/sys/fs/cgroup", "/dev/urandom", "/dev/random", "/dev/zero", "/run/systemd/resolve",
)  # fmt: skip
_LOADERS: Final = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1",
                   "/lib/ld-musl-x86_64.so.1")  # fmt: skip
_DNS_PORT: Final = 53
_WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class PermissionDeniedError(PermissionError):
    """A plugin did what it has no permission for."""


@dataclass(frozen=True)
class Confinement:
    """What one worker may do.

    Parameters
    ----------
    plugin : str
    read, write : sequence of str
        Folders or files the user granted.
    network : sequence of str
        ``host``, ``host:port``, ``*.domain``, ``*``.
    programs : sequence of str
    own : sequence of str
        Its storage and temporary folder: readable and writable.
    code : sequence of str
        Readable folders: interpreter, libraries, the plugin.
    memory_bytes, file_bytes : int
    """

    plugin: str
    read: Sequence[str] = ()
    write: Sequence[str] = ()
    network: Sequence[str] = ()
    programs: Sequence[str] = ()
    own: Sequence[str] = ()
    code: Sequence[str] = ()
    memory_bytes: int = 1 << 30
    file_bytes: int = 1 << 30


def confine(rules: Confinement) -> dict[str, Any]:
    """Confine this process for good; return what enforces it, for the Plugins dialog.

    Must run in the main thread before any other is started.
    """
    _limit(rules)
    ports = _ports(rules.network)
    writable = [Path(p) for p in (*rules.own, *_expanded(rules.write), "/dev/null")]
    programs = [found for name in rules.programs if (found := shutil.which(name))]
    readable = [
        *map(Path, _SYSTEM_READ), *map(Path, rules.code), *map(Path, _expanded(rules.read)),
        Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_path("purelib")),
    ]  # fmt: skip
    executable = [Path(os.path.realpath(p)) for p in programs]
    if programs:
        executable += map(Path, _LOADERS)
    abi = landlock.restrict(readable, writable, executable, ports)
    guard = _Guard(rules, [str(p) for p in writable], programs)
    _remember_addresses(guard)
    sys.addaudithook(guard.check)
    return {
        "files": "kernel" if abi else "python",
        "network": "kernel" if abi >= 4 and ports is not None and not ports else "python",
        "programs": "kernel" if abi else "python",
        "landlock": abi,
    }


def _expanded(folders: Sequence[str]) -> list[str]:
    return [os.path.realpath(Path(p).expanduser()) for p in folders]


def _ports(network: Sequence[str]) -> list[int] | None:
    """Return the TCP ports that may be connected to; None where any may."""
    if not network:
        return []
    ports = [host.rpartition(":")[2] for host in network]
    if not all(port.isdigit() for port in ports):
        return None
    return [*map(int, ports), _DNS_PORT]


def _limit(rules: Confinement) -> None:
    try:
        import resource
    except ImportError:  # Windows: the window watches its memory all the same
        return
    # Not the address space: libraries reserve much of it that they never use.
    for kind, value in (
        (resource.RLIMIT_DATA, rules.memory_bytes + (256 << 20)),
        (resource.RLIMIT_FSIZE, rules.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))
    # The window's drawing goes first where there are few cores.
    os.nice(5)


class _Guard:
    """The audit hook."""

    def __init__(self, rules: Confinement, writable: list[str], programs: list[str]) -> None:
        self._rules = rules
        self._writable = [os.path.realpath(p) for p in writable]
        self._programs = {*rules.programs, *programs, *(Path(p).name for p in programs)}
        self._hosts = [_split_host(host) for host in rules.network]
        self.addresses: dict[str, str] = {}
        self._busy = threading.local()

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise for what is not allowed."""
        if getattr(self._busy, "now", False):
            return
        look = _EVENTS.get(event)
        if look is None:
            return
        self._busy.now = True
        try:
            look(self, event, arguments)
        finally:
            self._busy.now = False

    def _deny(self, what: str, permission: str) -> None:
        raise PermissionDeniedError(
            f"plugin {self._rules.plugin} may not {what}: its shapan.toml asks for no such "
            f"permission ({permission})"
        )

    def open(self, _: str, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (
            isinstance(flags, int) and flags & _WRITE_FLAGS
        )
        if writes and isinstance(path, (str, bytes, os.PathLike)):
            self._path(path)

    def change(self, _: str, arguments: tuple[Any, ...]) -> None:
        for path in arguments[:2]:
            if isinstance(path, (str, bytes, os.PathLike)):
                self._path(path)

    def _path(self, path: Any) -> None:
        real = os.path.realpath(os.fsdecode(path))
        if not any(real == place or real.startswith(place.rstrip("/") + "/")
                   for place in self._writable):  # fmt: skip
            self._deny(f"write {real}", "write")

    def program(self, _: str, arguments: tuple[Any, ...]) -> None:
        name = os.fsdecode(arguments[0]) if arguments[0] is not None else ""
        if name not in self._programs and Path(name).name not in self._programs:
            self._deny(f"run {name or 'a program'}", "programs")

    def shell(self, _: str, arguments: tuple[Any, ...]) -> None:
        self._deny(f"run the shell command {os.fsdecode(arguments[0])}", "programs")

    def resolve(self, _: str, arguments: tuple[Any, ...]) -> None:
        host = arguments[0]
        name = os.fsdecode(host) if isinstance(host, (str, bytes)) else None
        if name and not self._allowed(name, None):
            self._deny(f"look up {name}", "network")

    def connect(self, _: str, arguments: tuple[Any, ...]) -> None:
        address = arguments[1]
        if not isinstance(address, tuple) or len(address) < 2:
            return  # a socket of the file system: Landlock's scope, or nothing
        host, port = str(address[0]), int(address[1])
        if not self._allowed(host, port):
            self._deny(f"connect to {host}:{port}", "network")

    def listen(self, event: str, arguments: tuple[Any, ...]) -> None:
        address = arguments[1]
        if isinstance(address, tuple) and not self._hosts:
            self._deny(f"open the port {address[:2]}", "network")

    def _allowed(self, host: str, port: int | None) -> bool:
        names = {host, self.addresses.get(host, host)}
        for wanted, wanted_port in self._hosts:
            if port is not None and wanted_port is not None and port != wanted_port:
                continue
            for name in names:
                if wanted in {"*", name} or (wanted.startswith("*.") and name.endswith(wanted[1:])):
                    return True
                if wanted == "localhost" and _is_loopback(name):
                    return True
        return False


def _split_host(text: str) -> tuple[str, int | None]:
    host, _, port = text.rpartition(":")
    if port.isdigit() and host:
        return host.strip("[]"), int(port)
    return text.strip("[]"), None


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _remember_addresses(guard: _Guard) -> None:
    """Note which address belongs to which allowed name, as a connection names the address."""
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        found = original(host, *arguments, **options)
        if isinstance(host, str):
            for *_, address in found:
                guard.addresses[str(address[0])] = host
        return found

    socket.getaddrinfo = getaddrinfo


_EVENTS: Final = {
    "open": _Guard.open,
    "os.remove": _Guard.change,
    "os.rename": _Guard.change,
    "os.mkdir": _Guard.change,
    "os.rmdir": _Guard.change,
    "os.link": _Guard.change,
    "os.symlink": _Guard.change,
    "os.truncate": _Guard.change,
    "os.chmod": _Guard.change,
    "subprocess.Popen": _Guard.program,
    "os.exec": _Guard.program,
    "os.posix_spawn": _Guard.program,
    "os.spawn": lambda guard, event, arguments: guard.program(event, arguments[1:]),
    "os.system": _Guard.shell,
    "socket.getaddrinfo": _Guard.resolve,
    "socket.gethostbyname": _Guard.resolve,
    "socket.connect": _Guard.connect,
    "socket.sendto": _Guard.connect,
    "socket.sendmsg": _Guard.connect,
    "socket.bind": _Guard.listen,
}
