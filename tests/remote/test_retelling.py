"""What is in a node is let know that this is another now, in parts and in turns."""

import asyncio

import pytest

from custom_components.xmpp_iot.remote import later, retelling as module
from custom_components.xmpp_iot.remote.addresses import Addresses
from custom_components.xmpp_iot.remote.later import Later
from custom_components.xmpp_iot.remote.retelling import Retelling

from .far import described, ref

LAMPS = [f"light.l{number}" for number in range(5)]


@pytest.fixture
def told() -> list[str]:
    """Return who is told."""
    return []


@pytest.fixture
async def retelling(told: list[str], monkeypatch: pytest.MonkeyPatch) -> Retelling:
    """Return what has time for one thing a turn, and two at a time."""
    monkeypatch.setattr(later, "MOMENT", 1e-9)
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    infos = Addresses()
    for info in (
        described("device:1"),
        described("device:2"),
        *(described(name, parent="device:1") for name in LAMPS),
        described("fan.fan", parent="device:2"),
    ):
        infos.have(info)

    return Retelling(
        Later(),
        infos,
        lambda one: told.append(f"described {one.id}"),
        lambda one: told.append(one.id),
    )


async def settled(retelling: Retelling) -> int:
    """Wait until nothing waits; return how long the queue was at most."""
    most = 0
    while retelling.later.busy:
        most = max(most, len(retelling.later))
        await asyncio.sleep(0)
    return most


async def test_all_below_are_told_in_parts(
    retelling: Retelling, told: list[str]
) -> None:
    """Not all of them are put in the queue at once."""
    retelling.want([ref("device:1")])

    assert await settled(retelling) < len(LAMPS)
    assert told == ["described device:1", *LAMPS]
    assert not retelling


async def test_what_changes_meanwhile_is_told_once_after_it(
    retelling: Retelling, told: list[str]
) -> None:
    """However often it does."""
    retelling.want([ref("device:1")])
    for _ in range(10):
        retelling.want([ref("device:2"), ref("device:1")])
    await settled(retelling)

    assert told.count("described device:1") == 2
    assert told.count("fan.fan") == 1
    assert told[-1] == LAMPS[-1]


async def test_one_that_has_gone_tells_nothing(
    retelling: Retelling, told: list[str]
) -> None:
    """Nor do those know that were in it."""
    retelling.want([ref("device:1")])
    retelling.want([ref("device:2")])
    retelling.forget(ref("device:2"))
    await settled(retelling)

    assert "fan.fan" not in told


async def test_one_waits_until_it_was_told(
    retelling: Retelling, told: list[str]
) -> None:
    """Whether it is in the queue, or what it is in is."""
    infos = retelling.infos
    fan, last = infos[ref("fan.fan")], infos[ref(LAMPS[-1])]
    retelling.want([ref("device:1")])
    retelling.want([ref("device:2")])

    while LAMPS[-1] not in told:
        assert retelling.waits(last)
        assert retelling.waits(fan)
        await asyncio.sleep(0)
    assert not retelling.waits(last)
    await settled(retelling)
    assert not retelling.waits(fan)
