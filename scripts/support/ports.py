"""Free ports on loopback, and waiting for what listens there."""

from itertools import islice
import os
import random
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_6: Final = "::1"

# Below the ports that systems give to outgoing connections (32768 and more): with one of
# those, somebody's connection can take the port before the server has come to listen.
_RANGE: Final = range(20000, 32768)

CHOICE: Final = "XMPP_IOT_PORTS"
"""The environment variable that narrows the choice, as `first-last`, for this process and its children.

A port is free until its server has come to listen there. Processes that start servers at the same time
would sometimes choose the same one, if each had not its share.
"""

_given: Final[set[int]] = set()  # what is to be started together is prepared before


def free_ports(count: int) -> tuple[int, ...]:
    """Return so many different TCP ports of loopback that nobody uses now, and none that was returned lately."""
    choice = _choice()
    if len(_given.intersection(choice)) > len(choice) // 2:
        _given.clear()
    candidates = (
        port for port in random.sample(choice, len(choice)) if port not in _given
    )
    ports = tuple(islice(filter(_is_free, candidates), count))
    _given.update(ports)
    return ports


def share(number: int, count: int) -> str:
    """Return the value of CHOICE for the process of that number (from 0) of so many."""
    ports = _RANGE[number * len(_RANGE) // count : (number + 1) * len(_RANGE) // count]
    return f"{ports[0]}-{ports[-1]}"


def _choice() -> range:
    """Return the ports to choose from."""
    if not (choice := os.environ.get(CHOICE)):
        return _RANGE
    first, last = map(int, choice.split("-"))
    return range(first, last + 1)


def _is_free(port: int) -> bool:
    """Return whether a server could listen at the port."""
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def accepts_connections(port: int) -> bool:
    """Return whether something listens at the port."""
    try:
        with socket.create_connection((LOOPBACK, port), 1):
            return True
    except OSError:
        return False


def offers_stream(
    port: int, domain: str, timeout: float = 2, *, host: str = LOOPBACK
) -> bool:
    """Return whether an XMPP server for the domain sends stream features at the port of an address.

    A listening port is not enough: Prosody listens before it has read all of its
    configuration, and may end then.
    """
    opening = (
        f"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' "
        "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
    )
    received = b""
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(opening.encode())
            while b"</stream:features>" not in received:
                if not (data := connection.recv(4096)):
                    return False
                received += data
    except OSError:
        return False  # not yet: the caller asks again, or sees the server's end
    return True
