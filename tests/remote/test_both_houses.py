"""What a house tells of changes, and what another one makes of it: both are the same in the end."""

import asyncio
from collections.abc import AsyncGenerator
import random
from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator import publisher
from homeassistant.core import HomeAssistant

from .both import Both, Fate
from .far_nodes import ref

LIGHT = "light.lamp"
SENSOR = "sensor.rain"
ENTITIES = (LIGHT, SENSOR, "weather.hill")
STATES = ("on", "off", "12.5", "13", "idle", "on", "off", "unknown", "unavailable")
# Equal ones that are not alike, structures, what never leaves, and what decides how others are said.
VALUES: dict[str, tuple[Any, ...]] = {
    "brightness": (1, 2, 255, None),
    "level": (1, 1.0, True, "1", float("nan")),
    "rgb_color": ((1, 2, 3), [1, 2, 3], (3, 2, 1), None),
    "parts": ([1], [True], [1.0], {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "access_token": ("a", "b"),
    "source": ("radio", "https://x.org/?token=1", "light.other", "tv"),
    "temperature": (20, 20.5),
    "unit_of_measurement": ("W", "kW"),
    "assumed_state": (True, False),
    "mode": ("box", "password"),
    "restored": (True, False),
    "temperature_unit": ("°C", "°F"),
}


@pytest.fixture
async def both(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Both]:
    """Return two houses, of which the one visits the other."""
    monkeypatch.setattr(publisher, "PAUSE", 0.0)
    both = Both(hass)
    for entity_id in (*ENTITIES, "light.other"):
        both.set(entity_id, "on", brightness=1, level=1, temperature=20, parts=[1])
    both.grants.async_start()
    both.start()
    await both.stay.begin()
    await both.settle()
    yield both
    await both.stop()


def same(both: Both) -> None:
    """Hold that the one house knows what the other one is."""
    for entity_id in ENTITIES:
        assert both.known(entity_id) == both.told(entity_id), entity_id


async def test_only_what_has_changed_is_told(both: Both) -> None:
    """The first time all of it, then the state with its time and the attributes that are others."""
    both.set(LIGHT, "on", brightness=2, level=1)
    await both.settle()
    both.set(LIGHT, "on", brightness=3, level=1)
    await both.settle()
    both.set(LIGHT, "off", brightness=3, level=1)
    await both.settle()

    first, second, third = both.server.published
    assert '"level"' in first
    assert ('"brightness"' in second, '"level"' in second) == (True, False)
    assert ('"state"' in third, '"brightness"' in third) == (True, False)
    same(both)


async def test_what_changed_back_before_it_was_told_is_told(both: Both) -> None:
    """Somebody may have read it in between."""
    both.set(LIGHT, "on", brightness=2)
    await both.settle()
    both.server.turns = 3
    both.set(SENSOR, "1")  # so that the server is busy
    both.set(LIGHT, "on", brightness=3)
    both.far.house.reads.clear()
    both.set(LIGHT, "on", brightness=2)
    await both.settle()

    assert '"brightness"' in both.server.published[-1]
    same(both)


@pytest.mark.parametrize("fate", Fate)
async def test_after_an_item_that_may_not_have_arrived_all_is_told(
    both: Both, fate: Fate
) -> None:
    """And what came without the item before is read."""
    both.set(LIGHT, "on", brightness=2, level=1)
    await both.settle()
    both.server.fate = fate
    both.set(LIGHT, "on", brightness=3, level=1)
    await both.settle()
    both.set(LIGHT, "off", brightness=3, level=1)
    await both.settle()

    same(both)


async def test_what_comes_after_a_gap_is_read_first(both: Both) -> None:
    """A part that does not go with what is known is not shown: the node is never a mixture."""
    node = both.stay.node(LIGHT)
    both.set(LIGHT, "on", brightness=2)
    await both.settle()
    seen: list[tuple[object, object]] = []
    node.listen(lambda: seen.append((node.value("state"), node.value("brightness"))))
    both.server.fate = Fate.IS_LOST
    both.set(LIGHT, "on", brightness=3)
    await both.settle()
    both.set(LIGHT, "off", brightness=3)
    await both.settle()

    assert seen == [(False, 3)]


async def test_a_part_that_is_older_has_the_node_read(both: Both) -> None:
    """It was read meanwhile, or the other house's clock was set; the reading counts, whatever its time."""
    both.set(LIGHT, "on", brightness=2)
    await both.settle()
    node = both.stay.node(LIGHT)
    assert node.at is not None
    node.at = node.at.replace(year=node.at.year + 1)
    both.set(LIGHT, "on", brightness=3)
    await both.settle()

    same(both)
    assert node.at == both.reading(LIGHT).at


async def test_nothing_is_known_of_a_node_by_a_part(both: Both) -> None:
    """One that was lost is read, and shown as it is then."""
    both.set(LIGHT, "on", brightness=2)
    await both.settle()
    both.stay.node(LIGHT).lose()
    both.set(LIGHT, "on", brightness=3)
    await both.settle()

    same(both)


def _another(both: Both, entity_id: str, chance: random.Random) -> dict[str, Any]:
    """Return the attributes of an entity with some that are others, and seldom one more or less."""
    attributes = both.attributes(entity_id)
    for name in chance.sample(tuple(VALUES), 3):
        if name in attributes or chance.random() < 0.1:
            attributes[name] = chance.choice(VALUES[name])
        if chance.random() < 0.02:
            attributes.pop(name, None)
    return attributes


async def test_what_is_held_back_comes_at_the_end(both: Both) -> None:
    """The newest, with everything that has changed meanwhile."""
    both.choose(interval=0.05, slow_domains=["light"])
    for number in range(5):
        both.set(LIGHT, "on", brightness=number, level=number % 2)
    await both.settle()
    assert both.told(LIGHT) != both.known(LIGHT)
    await asyncio.sleep(0.05)
    await both.settle()

    assert len(both.server.published) == 2
    same(both)


async def _happen(both: Both, chance: random.Random) -> None:
    """Let something happen."""
    match chance.randrange(80):
        case 0:
            both.server.fate = chance.choice(tuple(Fate))
        case 1:
            await both.restart()  # its presence says so
            await both.stay.end()
        case 2:
            both.server.return_()
        case 3:
            await both.stay.end()
        case 4 | 5 | 6 | 7 | 8 | 9:
            for visit in both.stay.arrived[:1]:
                visit._read_soon(ref(chance.choice(ENTITIES)))
        case _:
            entity_id = chance.choice(ENTITIES)
            both.set(
                entity_id, chance.choice(STATES), **_another(both, entity_id, chance)
            )
    if both.stay.task is not None and both.stay.task.done():
        await both.stay.begin()


@pytest.mark.parametrize("seed", range(8))
async def test_both_houses_are_the_same_in_the_end(both: Both, seed: int) -> None:
    """Whatever changes, is lost, is cut, begins anew and is read, in whatever order."""
    chance = random.Random(seed)
    for turn in range(15):
        for _ in range(chance.randrange(12)):
            both.server.turns = chance.randrange(15)
            await _happen(both, chance)
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
        await both.settle()
        both.server.fate = Fate.ARRIVES
        both.set("light.other", str(turn))  # shows what was lost before
        await both.settle()

        same(both)
