"""What a large house changes at once is shown in turns, and is right at the end."""

import asyncio
from functools import partial

import pytest

from custom_components.xmpp_iot.remote import later as module
from custom_components.xmpp_iot.remote.listeners import Listeners
from custom_components.xmpp_iot.remote.nodes import NodeStore

from .far import Shown, described, everything, ref, state

NAMES = [f"light.l{number}" for number in range(20)]
LIGHTS = [described(name, parent="device:1", uid=name) for name in NAMES]
DEVICE = described("device:1", uid="device")


@pytest.fixture
def shown() -> Shown:
    """Return who shows nodes."""
    return Shown()


@pytest.fixture
async def store(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> NodeStore:
    """Return a store that shows many nodes, and has no time to show more of them."""
    store = NodeStore(everything)
    store.follow(shown)
    store.replace_all((DEVICE, *LIGHTS), final=False)
    store.take([state(name, "on") for name in NAMES])
    store.announce()
    shown.told.clear()
    monkeypatch.setattr(module, "MOMENT", 1e-9)
    return store


async def settled(store: NodeStore) -> int:
    """Wait for all turns; return how many there were."""
    turns = 0
    while store.later.busy:
        await asyncio.sleep(0)
        turns += 1
    return turns


async def test_what_is_chosen_no_more_goes_in_turns(
    store: NodeStore, shown: Shown
) -> None:
    """Nobody takes it for chosen meanwhile."""
    store.choose(lambda _, info: info.ref == ref(NAMES[0]))

    assert len(store) == 1
    assert [one.id for one in store.announced] == NAMES[:1]
    assert len(shown.told) == 1
    assert await settled(store) >= len(NAMES) - 2
    assert shown.told == [f"removed {name}" for name in NAMES[1:]]


async def test_nothing_new_is_shown_before_the_old_has_gone(
    store: NodeStore, shown: Shown
) -> None:
    """It may be the same one: it would be there already."""
    store.choose(lambda *_: False)
    store.choose(everything)
    store.take([state(name, "off") for name in NAMES])

    assert not store.announce()
    await settled(store)
    assert store.announce()

    half = len(NAMES)
    assert set(shown.told[:half]) == {f"removed {name}" for name in NAMES}
    assert shown.told[half:] == [f"added {name}" for name in NAMES]


async def test_each_is_told_what_it_is_in_the_end(store: NodeStore) -> None:
    """What was said in between is not shown any more."""
    seen: dict[str, list[str]] = {name: [] for name in NAMES}
    for node in store:
        node.listen(lambda node=node: seen[node.id].append(node.info.display_name))  # type: ignore[misc]

    for name in ("first", "second"):
        infos = [described(one, name=name, parent="device:1", uid=one) for one in NAMES]
        store.replace_all((DEVICE, *infos), final=False)
    await settled(store)

    assert {names[-1] for names in seen.values()} == {"second"}
    assert sum("first" in names for names in seen.values()) == 1


async def test_missing_nodes_are_lost_in_turns(store: NodeStore) -> None:
    """And those that are back before their turn were never away to whoever shows them."""
    told: list[tuple[str, bool]] = []
    for node in store:
        node.listen(lambda node=node: told.append((node.id, node.available)))  # type: ignore[misc]

    store.replace_all((DEVICE,), final=False)
    store.replace_all((DEVICE, *LIGHTS), final=False)
    store.take([state(name, "on") for name in NAMES])
    await settled(store)

    assert [name for name, available in told if not available] == NAMES[:1]
    assert dict(told) == dict.fromkeys(NAMES, True)


async def test_all_that_is_shown_is_described_again(store: NodeStore) -> None:
    """Where something else goes with it."""
    before = {node.id: node.info for node in store}
    store.describe_again()
    await settled(store)

    after = {node.id: node.info for node in store}
    assert after == before
    assert not any(after[name] is before[name] for name in NAMES)


async def test_nothing_is_shown_that_has_to_be_looked_at_again(
    store: NodeStore, shown: Shown
) -> None:
    """What else waits does not keep it from being shown."""
    new = described("light.new", parent="device:1", uid="new")
    other = described("light.other", uid="other")
    for one in store:
        one.listen(lambda: None)
    store.put(new)
    store.put(other)
    store.take([state("light.new", "on"), state("light.other", "on")])
    store.describe_again()
    store.put(described("device:1", name="Renamed", uid="device"))

    assert not store.announce()
    assert shown.told == ["added light.other"]
    await settled(store)
    assert store.announce()
    assert shown.told[-1] == "added light.new"


async def test_what_moved_and_has_gone_is_not_moved(
    store: NodeStore, shown: Shown
) -> None:
    """Nor is a device described that is not there any more."""
    store.put(described("device:2", uid="second"))
    for name in NAMES:
        store.put(described(name, parent="device:2", uid=name))
    store.put(described("device:1", name="Renamed", uid="device"))
    await asyncio.sleep(0)
    store.put(described("device:2", name="Renamed", uid="second"))
    store.remove(ref("device:1"))
    store.choose(lambda *_: False)
    await settled(store)

    assert sum(one.startswith("removed") for one in shown.told) == len(NAMES)
    first = shown.told.index(f"removed {NAMES[0]}")
    assert not [one for one in shown.told[first:] if one.startswith("moved")]


async def test_availability_does_not_wait_for_what_is_described(
    store: NodeStore,
) -> None:
    """However many are to be told of that."""
    for one in store:
        one.listen(lambda: None)
    listeners, told = Listeners("home", store.later.do_first), list[int]()
    for number in range(3):
        listeners.add(partial(told.append, number))
    store.describe_again()
    assert len(store.later) > 10

    listeners.tell()
    listeners.tell()
    for _ in range(3):
        await asyncio.sleep(0)

    assert told == [0, 1, 2]
    assert len(store.later) > 10


async def test_no_more_waits_than_there_are_nodes(store: NodeStore) -> None:
    """However often somebody says that they are others, and of how many that come and go."""
    for one in store:
        one.listen(lambda: None)
    for number in range(300):
        for name in NAMES:
            store.put(described(name, name=f"{number}", parent="device:1", uid=name))
        store.put(described("device:1", name=f"{number}", uid="device"))
        passing = f"device:p{number}"
        store.put(described(passing, uid=passing))
        store.put(described(passing, name="Other", uid=passing))
        store.put(described(f"light.p{number}", parent=passing, uid=passing))
        store.put(described(f"light.p{number}", name="Other", uid=passing))
        store.remove(ref(passing))
        store.remove(ref(f"light.p{number}"))
        if number % 30 == 0:
            await asyncio.sleep(0)

    assert len(store.later) <= 2 * len(NAMES) + 2
    assert len(store._retelling) <= 2
    await settled(store)
    assert {one.info.display_name for one in store} == {"299"}
