"""Noticing another network, and a sleep."""

import asyncio
import socket
import time

import pytest

from custom_components.xmpp_iot.wire import network
from custom_components.xmpp_iot.wire.network import Network, source_address

pytestmark = pytest.mark.usefixtures("socket_enabled")

HERE, THERE = "127.0.0.1", "127.0.0.2"


class Machine:
    """A machine whose network changes as the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be at home, awake."""
        self.peer: str | None = THERE
        self.address: str | None = HERE
        self.slept = 100.0
        self.changes = 0
        monkeypatch.setattr(network, "POLL", 0.001)
        monkeypatch.setattr(network, "source_address", lambda _: self.address)
        monkeypatch.setattr(network, "slept", lambda: self.slept)

    def changed(self) -> None:
        """Count."""
        self.changes += 1

    async def changes_after(self, **what: object) -> int:
        """Return how often a change was noticed after one."""
        watch = Network(lambda: self.peer, self.changed)
        task = asyncio.create_task(watch.watch())
        await asyncio.sleep(0.01)
        assert self.changes == 0
        for name, value in what.items():
            setattr(self, name, value)
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task])
        return self.changes


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ({}, 0),
        ({"address": "127.0.0.3"}, 1),
        ({"address": None}, 0),
        ({"slept": 160.0}, 1),
        ({"slept": 101.0}, 0),
        ({"peer": "127.0.0.9", "address": "127.0.0.8"}, 0),
        ({"peer": None}, 0),
    ],
)
async def test_what_is_noticed(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], noticed: int
) -> None:
    """A new way to the same server and a sleep are, once; no way at all is not, nor another server."""
    assert await Machine(monkeypatch).changes_after(**change) == noticed


async def test_a_way_that_is_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was none there is one again."""
    machine = Machine(monkeypatch)
    machine.address = None
    assert await machine.changes_after(address=HERE) == 1


def test_the_way_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of loopback it is known; where there is no way nothing is said."""
    assert source_address(HERE) == HERE

    def none_left(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "socket", none_left)
    assert source_address("::1") is None


def test_sleep_is_counted_where_the_system_counts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Elsewhere a clock that is set does instead."""
    assert network.slept() >= -1
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert abs(network.slept() - (time.time() - time.monotonic())) < 1
