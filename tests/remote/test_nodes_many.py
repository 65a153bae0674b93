"""The nodes of a house that has many, or says it has."""

import asyncio
from functools import partial
from time import thread_time

from custom_components.xmpp_iot.remote.nodes import NodeStore

from .far import described, everything

LAMP = described("light.lamp", parent="device:1", uid="lamp")
FAN = described("fan.fan", parent="device:1", uid="fan")
DEVICE = described("device:1", parent="area:kitchen", uid="1")
AREA = described("area:kitchen", uid="kitchen")


def test_many_devices_that_change_at_once_cost_little() -> None:
    """What is in them is looked at once, not for each of them."""
    devices = [described(f"device:{number}") for number in range(300)]
    lamps = [
        described(f"light.l{number}", parent=f"device:{number % 300}")
        for number in range(3_000)
    ]
    store = NodeStore(everything)
    store.replace_all((*devices, *lamps), final=False)
    heard: list[str] = []
    for node in store:
        node.listen(partial(heard.append, node.id))

    renamed = [described(one.ref.id, name="Other") for one in devices]
    begun = thread_time()
    store.replace_all((*renamed, *lamps), final=False)

    assert thread_time() - begun < 0.3  # of the processor; it was 2 s
    assert len(heard) == len(set(heard)) == 3_000


def test_what_is_said_twice_of_one_address_counts_once() -> None:
    """As it was said last."""
    store = NodeStore(everything)
    store.replace_all((LAMP, described("light.lamp", uid="other"), FAN), final=False)

    assert [node.uid for node in store] == ["other", "fan"]
    assert store.info("light.lamp") == described("light.lamp", uid="other")


async def test_a_device_that_is_renamed_all_the_time_costs_little() -> None:
    """What is in it is looked at once in a while, not for each time; it was 40 ms each, and 98,500 that waited."""
    store = NodeStore(everything)
    lamps = [
        described(f"light.l{number}", parent="device:1") for number in range(5_000)
    ]
    store.replace_all((AREA, DEVICE, *lamps), final=False)
    told: list[str] = []
    for node in store:
        node.listen(partial(told.append, node.id))

    longest = 0.0
    for number in range(40):
        begun = thread_time()
        store.put(
            described("device:1", name=f"{number}", parent="area:kitchen", uid="1")
        )
        await asyncio.sleep(0)
        longest = max(longest, thread_time() - begun)
        assert len(store.later) <= 5_002

    assert longest < 0.1, longest  # seconds of the processor
    turns = 0
    while store.later.busy:
        await asyncio.sleep(0)
        turns += 1
    assert len(told) <= 5_000 * 41
    assert told[-1] == "light.l4999"
