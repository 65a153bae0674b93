"""Showing nodes with care: what of ours fails for one of them does not keep the others from being shown."""

from typing import override

import pytest

from custom_components.xmpp_iot.remote import careful as module
from custom_components.xmpp_iot.remote.careful import Careful
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.wire.model import NodeInfo

from .far import Shown, described, everything, state

LAMP = described("light.lamp", parent="device:1", uid="lamp")
FAN = described("fan.fan", parent="device:1", uid="fan")
DEVICE = described("device:1", parent="area:kitchen", uid="1")


class Fragile(Shown):
    """Somebody who cannot show the lamp, nor anything that others are in."""

    mended = False

    @override
    def added(self, node: RemoteNode) -> bool:
        """Show a node."""
        self._check(node.id)
        return super().added(node)

    @override
    def removed(self, node: RemoteNode) -> None:
        """Show a node no more."""
        super().removed(node)
        self._check(node.id)

    @override
    def moved(self, node: RemoteNode) -> None:
        """Fail."""
        raise ZeroDivisionError

    @override
    def described(self, info: NodeInfo) -> None:
        """Fail."""
        raise ZeroDivisionError

    @override
    def misses(self) -> bool:
        """Fail."""
        raise ZeroDivisionError

    @override
    def settled(self) -> None:
        """Fail."""
        raise ZeroDivisionError

    def _check(self, node_id: str) -> None:
        if not self.mended and node_id == "light.lamp":
            raise ZeroDivisionError


@pytest.fixture
def fragile() -> Fragile:
    """Return that somebody."""
    return Fragile()


@pytest.fixture
def store(fragile: Fragile) -> NodeStore:
    """Return nodes that are read, and shown with care."""
    store = NodeStore(everything)
    store.follow(Careful(fragile))
    store.replace_all((DEVICE, LAMP, FAN), final=False)
    store.take([state("light.lamp", "on"), state("fan.fan", "off")])
    return store


def test_the_others_are_shown(
    store: NodeStore, fragile: Fragile, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong is said once, and it is tried again with the next that is new."""
    assert store.announce()
    assert store.announce()
    assert fragile.told == ["added fan.fan"]
    assert caplog.text.count("light.lamp cannot be shown") == 1

    fragile.mended = True
    store.announce()
    assert fragile.told == ["added fan.fan", "added light.lamp"]
    fragile.mended = False
    store.remove("light.lamp")
    assert fragile.told[-1] == "removed light.lamp"


def test_what_is_told_of_the_tree_hurts_nobody(
    store: NodeStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is said once."""
    store.announce()
    for name in ("Lamp", "Light"):
        store.put(described("device:1", name=name, parent="area:kitchen", uid="1"))
        store.put(described("fan.fan", parent=f"area:{name}", uid="fan"))
        store.settle()
        assert not store.missing

    assert caplog.text.count("device:1 cannot be shown") == 1
    assert caplog.text.count("What has gone cannot be shown") == 1
    assert caplog.text.count("What is missing cannot be shown") == 1


def test_not_any_number_of_failures_is_said(
    store: NodeStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log is not for another house to fill."""
    monkeypatch.setattr(module, "MOST_SAID", 1)
    store.settle()

    assert not store.missing

    assert caplog.text.count("cannot be shown") == 1
