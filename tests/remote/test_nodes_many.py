"""The nodes of a house that has many, or says it has."""

from functools import partial
from time import perf_counter

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
    begun = perf_counter()
    store.replace_all((*renamed, *lamps), final=False)

    assert perf_counter() - begun < 0.3  # it was 2 s
    assert len(heard) == len(set(heard)) == 3_000
