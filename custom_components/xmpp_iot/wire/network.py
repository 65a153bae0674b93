"""Noticing that this machine is on another network, or has slept: then the connection is looked at at once.

Nobody tells a program in every system it may run in. What it costs to look is next to nothing: which address
of ours would a packet to the server have now? No packet is sent for that.
"""

import asyncio
from collections.abc import Callable
import socket
import time
from typing import Final

POLL: Final = 5.0  # seconds between two looks
SLEPT: Final = 2.0  # seconds of sleep that are worth a look
_DISCARD: Final = 9  # any port: nothing is sent there
# Where no server is known yet; an address that nobody has (RFC 5737).
_ANYWHERE: Final = "192.0.2.1"


def source_address(peer: str) -> str | None:
    """Return the own address that packets to the IP address `peer` have now; None where there is no way."""
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((peer, _DISCARD))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def slept() -> float:
    """Return for how many seconds this machine has slept, counted from any moment."""
    try:
        clock = time.CLOCK_BOOTTIME
    except (
        AttributeError
    ):  # not Linux: a clock that was set forward looks the same, and does no harm
        return time.time() - time.monotonic()
    return time.clock_gettime(clock) - time.monotonic()


class Network:
    """Calls `changed` when there is a way again, another one, or when this machine has slept.

    `peer` says to which IP address, if any is known.
    """

    def __init__(
        self, peer: Callable[[], str | None], changed: Callable[[], None]
    ) -> None:
        self._peer = peer
        self._changed = changed
        self._slept = slept()
        self._address: str | None = None
        self._last_peer = _ANYWHERE

    async def watch(self) -> None:
        """Look again and again, until it is cancelled."""
        self._look()
        while True:
            await asyncio.sleep(POLL)
            if self._look():
                self._changed()

    def _look(self) -> bool:
        """Return whether something has changed that may have ended connections, or that lets one be made."""
        peer = self._peer() or self._last_peer
        address, ago = source_address(peer), slept()
        # To another server there may be another way.
        moved = peer == self._last_peer and address not in {None, self._address}
        woken = ago - self._slept > SLEPT
        self._address, self._slept, self._last_peer = address, ago, peer
        return moved or woken
