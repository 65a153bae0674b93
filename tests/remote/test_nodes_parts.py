"""The nodes of another house, told in parts: what has changed of each."""

from datetime import timedelta

from custom_components.xmpp_iot.remote.nodes import NodeStore

from .far import NOON, described, everything, ref, state

LATER = NOON + timedelta(seconds=1)


def read_store() -> NodeStore:
    """Return a store that has read a lamp, and a pump that is no entity."""
    store = NodeStore(everything)
    lamp, pump = described("light.lamp"), described("pump", kind="Pump")
    store.replace_all((lamp, pump, described("fan.new")), final=False)
    store.take([state("light.lamp", "on"), state("pump", "1")])
    return store


def text(store: NodeStore, node_id: str, name: str) -> str | None:
    """Return a field of a node."""
    node = store.get(node_id)
    assert node is not None
    return node.text(name)


def test_parts_that_fit_are_taken() -> None:
    """What is not known is to be read; what nobody has is dropped."""
    store = read_store()
    unfit = store.take_parts(
        [
            state("light.lamp", "2", name="brightness", at=LATER),
            state("fan.new", "on", at=LATER),
            state("fan.unknown", "on", at=LATER),
        ],
        fitting=True,
    )

    assert list(unfit) == [ref("fan.new")]
    assert text(store, "light.lamp", "state") == "on"
    assert text(store, "light.lamp", "brightness") == "2"


def test_parts_that_may_not_fit_are_not_taken() -> None:
    """All of those nodes are to be read, but what says its fields one by one."""
    store = read_store()
    unfit = store.take_parts(
        [state("light.lamp", "off", at=LATER), state("pump", "2", at=LATER)],
        fitting=False,
    )

    assert list(unfit) == [ref("light.lamp")]
    assert text(store, "light.lamp", "state") == "on"
    assert text(store, "pump", "state") == "2"


def test_what_was_told_in_part_was_told() -> None:
    """Later than that nothing was missed."""
    store = read_store()
    store.take_parts([state("light.lamp", "off", at=LATER)], fitting=True)
    store.miss(LATER + timedelta(hours=1))
    assert store.missed_since is not None
    assert store.missed_since > NOON - timedelta(minutes=5)
