"""What something costs on this machine: processor time of processes, and bytes on the wire of a server's connections.

Processor time is what the system counts for all threads of a process (its CPU-time clock, in nanoseconds). Bytes are
counted by the system for each TCP connection (RFC 4898; Linux tells them by netlink, as `ss -ti` shows): what the
server's sockets have sent and received, so all that TLS and the protocol make of it, without the headers of TCP and
IP; a proxy that counts would be in the way. A connection that ends takes its count along: those that are measured stay.
Linux only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import socket
import struct
import time
from typing import Final

_SOCK_DIAG: Final = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY: Final = 20  # SOCK_DIAG_BY_FAMILY
_REQUEST: Final = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_DONE: Final = 3
_ERROR: Final = 2
_ESTABLISHED: Final = 1 << 1
_INFO: Final = 2  # INET_DIAG_INFO: struct tcp_info
_HEADER: Final = struct.Struct("=IHHII")
_ATTRIBUTE: Final = struct.Struct("=HH")
_MESSAGE: Final = 72  # struct inet_diag_msg
_PORT: Final = struct.Struct("!H")
_PORT_AT: Final = 4  # the socket's own port, in it
# In struct tcp_info; what was sent includes what was sent again, which does not happen on loopback.
_RECEIVED: Final = struct.Struct("=Q")
_RECEIVED_AT: Final = 128
_SENT_AT: Final = 200


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, all its threads together; OSError."""
    # (clock_getcpuclockid of the C library makes the clock's number like this)
    return time.clock_gettime((~pid << 3) | 2)


def wire_bytes(port: int) -> int:
    """Return the bytes that have gone both ways through the connections that a server has at a port now; OSError."""
    return sum(received + sent for own, received, sent in _connections() if own == port)


def _connections() -> Iterator[tuple[int, int, int]]:
    """Yield own port, bytes received and bytes sent of each TCP connection of the machine."""
    request = struct.pack(
        "=BBBBI48x",
        socket.AF_INET,
        socket.IPPROTO_TCP,
        1 << (_INFO - 1),
        0,
        _ESTABLISHED,
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as diagnosis:
        diagnosis.send(
            _HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _REQUEST, 1, 0)
            + request
        )
        while True:
            data = diagnosis.recv(1 << 18)
            for kind, body in _messages(data):
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError("the system tells no bytes of connections")
                (port,) = _PORT.unpack_from(body, _PORT_AT)
                for name, value in _attributes(body[_MESSAGE:]):
                    if name == _INFO and len(value) >= _SENT_AT + _RECEIVED.size:
                        (received,) = _RECEIVED.unpack_from(value, _RECEIVED_AT)
                        (sent,) = _RECEIVED.unpack_from(value, _SENT_AT)
                        yield port, received, sent


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and body of each netlink message."""
    while data:
        length, kind, *_ = _HEADER.unpack_from(data)
        yield kind, data[_HEADER.size : length]
        data = data[_aligned(length) :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the name and value of each attribute."""
    while len(data) >= _ATTRIBUTE.size:
        length, name = _ATTRIBUTE.unpack_from(data)
        yield name, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _aligned(length: int) -> int:
    return (length + 3) & ~3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What has been spent since some moment, or until it."""

    seconds: float  # of processors
    wire: int  # bytes

    def __sub__(self, before: Cost) -> Cost:
        """Return what was spent since then."""
        return Cost(seconds=self.seconds - before.seconds, wire=self.wire - before.wire)


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads what some processes and the server between them have spent."""

    processes: tuple[int, ...]
    port: int | None

    def read(self) -> Cost:
        """Return what has been spent until now; OSError."""
        return Cost(
            seconds=sum(map(processor_seconds, self.processes)),
            wire=0 if self.port is None else wire_bytes(self.port),
        )
