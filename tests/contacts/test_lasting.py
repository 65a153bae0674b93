"""What linked devices are told that contacts may do with them, and when that has become another."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grant import Window
from custom_components.xmpp_iot.contacts.grants import Grants, Level
from custom_components.xmpp_iot.contacts.lasting import LastingRights
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.util import dt as dt_util
from tests.people import contact, records

BOB, EVE = "bob@example.net", "eve@example.net"
LAMP, LOCK = "light.lamp", "lock.door"
OVER = datetime(2020, 1, 1, tzinfo=UTC)


class House:
    """A house with a linked lamp and a linked lock."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have them registered by this integration, so that no view has them."""
        self.hass = hass
        self.never: tuple[str, ...] = ()
        self.things = frozenset({LAMP, LOCK})
        registry = er.async_get(hass)
        for thing in self.things:
            domain, name = thing.split(".")
            registry.async_get_or_create(domain, DOMAIN, name, suggested_object_id=name)
        self.grants = Grants(hass, records(hass))
        self.rights = LastingRights(
            hass, self.grants, lambda: self.things, lambda: self.never
        )
        self.changes = 0

    def changed(self) -> None:
        """Count a change."""
        self.changes += 1

    def grant(self, level: Level = Level.CONTROL, **row: Any) -> None:
        """Let Bob do something."""
        row = row if "target" in row else {"all_entities": True, **row}
        self.grants.async_set_contacts([contact(jid=BOB, level=level, **row)])

    def allowed(self, bare: str = BOB) -> set[tuple[Level, str]]:
        """Return all that somebody may do."""
        return {
            (level, thing)
            for level in (Level.READ, Level.CONTROL)
            for thing in (LAMP, LOCK)
            if self.rights.may(bare, level, thing)
        }


@pytest.fixture
def house(hass: HomeAssistant) -> Iterator[House]:
    """Return the house, followed."""
    house = House(hass)
    house.grants.async_start()
    end = house.rights.async_follow(house.changed)
    yield house
    end()
    house.grants.async_stop()
    assert not house.grants._index_listeners


READING = {(Level.READ, LAMP), (Level.READ, LOCK)}
LIGHTING = {*READING, (Level.CONTROL, LAMP)}
ALL = {*LIGHTING, (Level.CONTROL, LOCK)}


@pytest.mark.parametrize(
    ("row", "may"),
    [
        ({"level": Level.READ}, READING),
        ({"level": Level.CONTROL}, LIGHTING),
        ({"level": Level.COMMAND, "dangerous": True}, ALL),
        ({"target": {"entity_id": [LAMP]}}, {one for one in LIGHTING if LAMP in one}),
        ({"uses": 3}, set()),
        ({"level": Level.READ, "ask": True}, READING),
        ({"window": Window(until=OVER)}, set()),
    ],
    ids=["read", "control", "dangerous", "one", "so many times", "asks", "over"],
)
def test_only_what_lasts_is_told(
    house: House, row: Mapping[str, Any], may: set[tuple[Level, str]]
) -> None:
    """Nothing that is counted, asked for, over, or dangerous without the grant saying so."""
    house.grant(**row)
    house.grants.allow_once(BOB, LAMP, "turn_on")
    assert house.allowed() == may
    assert house.allowed(EVE) == set()


def test_what_nobody_sees_is_nobodys(house: House) -> None:
    """A domain that is never exposed."""
    house.never = ("light",)
    house.grant()
    assert house.allowed() == {(Level.READ, LOCK)}


def test_a_grant_and_its_end_are_told(house: House) -> None:
    """Whatever does not make a difference is not."""
    house.grant()
    assert house.changes == 1
    house.grant()
    house.grant(uses=3)
    assert house.changes == 2
    house.grants.async_set_contacts([])
    house.grant(window=Window(until=OVER))
    assert house.changes == 2


def test_a_house_without_devices_tells_nothing(house: House) -> None:
    """As there is nobody to be told."""
    house.things = frozenset()
    house.grant()
    assert house.changes == 0


async def test_a_grant_that_is_over_is_told(
    house: House, freezer: FrozenDateTimeFactory
) -> None:
    """In the moment it is."""
    until = dt_util.utcnow() + timedelta(minutes=1)
    house.grant(window=Window(until=until))
    assert house.changes == 1
    freezer.move_to(until)
    async_fire_time_changed(house.hass)
    await house.hass.async_block_till_done()
    assert house.changes == 2
    assert house.allowed() == set()


async def test_what_is_moved_away_is_told(
    house: House, freezer: FrozenDateTimeFactory
) -> None:
    """Though it was in no view."""
    garden = ar.async_get(house.hass).async_create("Garden").id
    registry = er.async_get(house.hass)
    registry.async_update_entity(LAMP, area_id=garden)
    house.grant(target={"area_id": [garden]})
    assert house.changes == 1
    assert house.allowed() == {(Level.READ, LAMP), (Level.CONTROL, LAMP)}
    registry.async_update_entity(LAMP, area_id=None)
    await house.hass.async_block_till_done()
    freezer.tick(1)
    async_fire_time_changed(house.hass)
    await house.hass.async_block_till_done()
    assert house.changes == 2
    assert house.allowed() == set()
