"""Rows of grants at the gate: windows, uses, dangers, the owner's word, and what the house takes away."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xmpp_iot.contacts import index
from custom_components.xmpp_iot.contacts.grant import Window
from custom_components.xmpp_iot.contacts.grants import (
    Contact,
    Decision,
    Grant,
    Level,
    Verdict,
)
from custom_components.xmpp_iot.contacts.targets import async_resolve
from homeassistant.util import dt as dt_util

from .house import ANNA, BEN, House

DOOR = "lock.door"
LAMP = "light.lamp"


def row(grant_id: str = "1", **fields: Any) -> Grant:
    """Return a row that is for everything, unless `target` says for what."""
    everything = "target" not in fields
    return Grant(
        **{
            "id": grant_id,
            "level": Level.COMMAND,
            "target": {},
            "all_entities": everything,
            **fields,
        }
    )


def anna(*grants: Grant) -> Contact:
    """Return a contact with these rows."""
    return Contact(jid=ANNA, name="Anna", grants=grants)


def unlock(house: House, action: str = "unlock") -> Decision:
    """Ask the gate for the door."""
    return house.grants.decide(ANNA, Level.COMMAND, DOOR, action)


@pytest.fixture
def door(house: House) -> House:
    """Return a house with a lock and a lamp."""
    house.plain(DOOR, LAMP)
    return house


def test_rows_only_add_to_each_other(door: House) -> None:
    """The one that goes far enough is what it is allowed by."""
    reading, commanding = (
        row("1", level=Level.READ),
        row("2", target={"entity_id": [LAMP]}),
    )
    door.grants.async_set_contacts([anna(reading, commanding)])

    lamp = door.grants.decide(ANNA, Level.COMMAND, LAMP, "turn_on")

    assert lamp == Decision(Verdict.ALLOWED, commanding)
    assert door.grants.decide(ANNA, Level.READ, DOOR) == Decision(
        Verdict.ALLOWED, reading
    )
    assert unlock(door) == Decision(Verdict.FORBIDDEN)
    assert door.grants.view(ANNA) == {DOOR, LAMP}
    assert door.grants.means(ANNA, commanding) == {LAMP}
    assert door.grants.means(ANNA, row("other")) == frozenset()


def test_command_does_not_include_what_is_dangerous(door: House) -> None:
    """It has a switch of its own in each row."""
    door.grants.async_set_contacts([anna(row())])
    assert unlock(door, "lock").verdict is Verdict.ALLOWED
    assert unlock(door).verdict is Verdict.FORBIDDEN

    door.grants.async_set_contacts([anna(row(dangerous=True))])
    assert unlock(door).verdict is Verdict.ALLOWED


def test_domains_that_are_never_exposed_do_not_exist(door: House) -> None:
    """Whatever is granted."""
    door.grants.async_set_contacts([anna(row())], never=["lock"])
    assert unlock(door, "lock").verdict is Verdict.INVISIBLE
    assert door.grants.view(ANNA) == {LAMP}


async def test_a_row_ends_at_its_moment_and_not_later(door: House) -> None:
    """Also before the timer rings; and then whoever listens is told."""
    until = dt_util.utcnow() + timedelta(minutes=1)
    data = {
        "id": "1",
        "level": "read",
        "all_entities": True,
        "until": until.isoformat(),
    }
    door.grants.async_set_contacts([anna(Grant.from_data(data))])
    before = door.changes

    door.freezer.move_to(until - timedelta(seconds=1))
    assert door.grants.view(ANNA) == {DOOR, LAMP}
    assert door.changes == before

    async_fire_time_changed(door.hass, until)
    await door.hass.async_block_till_done()
    door.freezer.move_to(until)
    assert unlock(door).verdict is Verdict.INVISIBLE
    assert door.grants.view(ANNA) == frozenset()
    assert door.grants.audiences() == {}
    assert door.changes == before + 1


def test_a_late_timer_opens_nothing(door: House) -> None:
    """The clock decides, and what it closes stays closed."""
    until = dt_util.utcnow() + timedelta(minutes=1)
    data = {
        "id": "1",
        "level": "read",
        "all_entities": True,
        "until": until.isoformat(),
    }
    door.grants.async_set_contacts([anna(Grant.from_data(data))])
    door.freezer.move_to(until)
    assert door.grants.decide(ANNA, Level.READ, LAMP).verdict is Verdict.INVISIBLE


async def test_the_timer_tells_whoever_listens(door: House) -> None:
    """A feed ends with the row it is for, without anybody asking."""
    until = dt_util.utcnow() + timedelta(minutes=1)
    data = {
        "id": "1",
        "level": "read",
        "all_entities": True,
        "until": until.isoformat(),
    }
    door.grants.async_set_contacts([anna(Grant.from_data(data))])
    before = door.changes
    door.freezer.move_to(until)
    async_fire_time_changed(door.hass)
    await door.hass.async_block_till_done()
    assert door.changes == before + 1


async def test_uses_are_counted_and_wear_out(door: House) -> None:
    """What is not limited is used first; a row used up is as if it were not there."""
    limited = row("limited", dangerous=True, uses=2)
    door.grants.async_set_contacts([anna(limited, row("free"))])

    assert unlock(door, "lock").grant == row("free")
    for left in (2, 1):
        assert door.grants.uses_left(limited) == left
        decision = unlock(door)
        assert decision == Decision(Verdict.ALLOWED, limited)
        await door.grants.spend(ANNA, decision)
    assert door.grants.uses_left(limited) == 0
    assert unlock(door).verdict is Verdict.FORBIDDEN
    await door.grants.spend(ANNA, unlock(door, "lock"))
    assert door.grants.uses_left(row("free")) is None


async def test_somebody_whose_uses_are_over_sees_nothing(door: House) -> None:
    """And those who listen are told at once."""
    door.grants.async_set_contacts([anna(row(uses=1))])
    before = door.changes
    await door.grants.spend(ANNA, unlock(door, "lock"))
    assert door.grants.view(ANNA) == frozenset()
    assert door.changes == before + 1


async def test_a_row_that_is_removed_is_not_remembered(door: House) -> None:
    """One with the same id would begin anew."""
    limited = row(uses=1)
    door.grants.async_set_contacts([anna(limited)])
    await door.grants.spend(ANNA, unlock(door, "lock"))
    door.grants.async_set_contacts([anna()])
    assert door.grants.uses_left(limited) == 1


async def test_the_owner_is_asked_where_a_row_says_so(door: House) -> None:
    """What the owner allows is for one action, once."""
    asking = row(level=Level.READ, ask=True)
    door.grants.async_set_contacts([anna(asking)])
    assert unlock(door) == Decision(Verdict.ASK, asking)

    door.grants.allow_once(ANNA, DOOR, "unlock")
    assert unlock(door, "lock").verdict is Verdict.ASK
    decision = unlock(door)
    assert decision.verdict is Verdict.ALLOWED
    await door.grants.spend(ANNA, decision)
    assert unlock(door).verdict is Verdict.ASK


def test_what_was_allowed_once_is_not_for_later(door: House) -> None:
    """After five minutes the owner is asked again; and of a former contact nothing is left."""
    asking = anna(row(level=Level.READ, ask=True))
    door.grants.async_set_contacts([asking])
    door.grants.allow_once(ANNA, DOOR, "unlock")
    door.freezer.tick(timedelta(minutes=5))
    assert unlock(door).verdict is Verdict.ASK

    door.grants.allow_once(ANNA, DOOR, "unlock")
    door.grants.async_set_contacts([])
    door.grants.async_set_contacts([asking])
    assert unlock(door).verdict is Verdict.ASK


async def test_an_entity_taken_out_of_an_area_is_gone_at_once(house: House) -> None:
    """Before anything settles; and those who listen are told before anything else happens."""
    kitchen = house.areas.async_create("Kitchen")
    lamp = house.registered(LAMP, area_id=kitchen.id)
    other = house.registered("light.other", area_id=kitchen.id)
    house.plain(LAMP, "light.other")
    house.grants.async_set_contacts(
        [
            anna(row(target={"area_id": [kitchen.id]})),
            Contact(jid=BEN, name="Ben", grants=(row(),)),
        ]
    )
    await house.settle()
    before = house.changes
    told: list[frozenset[str]] = []
    house.grants.async_listen(lambda: told.append(house.grants.view(ANNA)))

    house.entities.async_update_entity(lamp.entity_id, area_id=None)
    await house.hass.async_block_till_done()

    assert (
        house.grants.decide(ANNA, Level.READ, lamp.entity_id).verdict
        is Verdict.INVISIBLE
    )
    assert house.grants.decide(BEN, Level.READ, LAMP).verdict is Verdict.ALLOWED
    assert house.grants.view(ANNA) == {other.entity_id}
    assert told[0] == {other.entity_id}
    assert house.changes == before + 1


async def test_a_change_that_takes_nothing_away_tells_nobody(house: House) -> None:
    """What is gained can wait for a moment."""
    kitchen = house.areas.async_create("Kitchen")
    house.registered(LAMP, area_id=kitchen.id)
    house.plain(LAMP)
    house.grants.async_set_contacts([anna(row(target={"area_id": [kitchen.id]}))])
    await house.settle()
    before = house.changes
    house.registered("light.new", area_id=kitchen.id)
    await house.hass.async_block_till_done()
    assert house.changes == before
    assert house.grants.view(ANNA) == {LAMP}
    await house.settle()
    assert house.grants.view(ANNA) == {LAMP, "light.new"}


async def test_the_hours_are_those_of_the_zone_the_house_is_in_now(
    door: House,
) -> None:
    """Somebody who moves the house's clock moves the hours, at once, and tells who follows."""
    await door.hass.config.async_set_time_zone("Europe/Stockholm")
    local = dt_util.now()
    window = Window(
        begin=local.time(), end=(local + timedelta(minutes=30)).time().replace(second=0)
    )
    door.grants.async_set_contacts([anna(row(window=window))])
    assert door.grants.view(ANNA)
    changes = door.changes
    await door.hass.config.async_set_time_zone("Asia/Tokyo")
    assert not door.grants.view(ANNA)
    await door.settle()
    assert door.changes > changes


async def test_equal_targets_are_looked_up_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred contacts of one floor cost no more than one when the house is rebuilt."""
    kitchen = house.areas.async_create("Kitchen")
    lamp = house.registered(LAMP, area_id=kitchen.id)
    target = {"area_id": [kitchen.id]}
    people = [
        Contact(jid=f"{number}@example.org", name="", grants=(row(target=target),))
        for number in range(100)
    ]
    house.grants.async_set_contacts(people)
    await house.settle()
    looked: list[object] = []

    def resolve(*args: Any) -> frozenset[str]:
        looked.append(args)
        return async_resolve(*args)

    monkeypatch.setattr(index, "async_resolve", resolve)
    house.entities.async_update_entity(lamp.entity_id, area_id=None)
    await house.hass.async_block_till_done()
    assert not any(house.grants.view(one.jid) for one in people)
    assert len(looked) == 1
