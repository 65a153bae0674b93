"""Who may do what, and which entities a grant means."""

from datetime import UTC, datetime, time
from types import MappingProxyType

import pytest

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT
from custom_components.xmpp_iot.contacts.grant import Window
from custom_components.xmpp_iot.contacts.grants import Contact, Grant, Level, Verdict
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory
from homeassistant.helpers import (
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)

from .house import ANNA, BEN, CLEO, House, Target, contact


def test_a_contact_is_what_its_subentry_says() -> None:
    """Without nickname the name is the address, and nothing is granted that is not said."""
    full = ConfigSubentry(
        data=MappingProxyType(
            {
                "jid": ANNA,
                "nickname": "Anna",
                "grants": [
                    {
                        "id": "1",
                        "level": "command",
                        "all_entities": True,
                        "target": {"area_id": ["kitchen"]},
                        "dangerous": True,
                        "ask": True,
                        "until": "2026-11-22T18:00:00+01:00",
                        "days": ["mon", "sun"],
                        "from": "22:00:00",
                        "to": "06:00:00",
                        "uses": 3,
                    }
                ],
            }
        ),
        subentry_type=SUBENTRY_CONTACT,
        title="Anna",
        unique_id=f"contact:{ANNA}",
    )
    least = ConfigSubentry(
        data=MappingProxyType(
            {"jid": BEN, "nickname": "", "grants": [{"id": "2", "level": "read"}]}
        ),
        subentry_type=SUBENTRY_CONTACT,
        title=BEN,
        unique_id=f"contact:{BEN}",
    )

    assert Contact.from_subentry(full) == Contact(
        jid=ANNA,
        name="Anna",
        grants=(
            Grant(
                id="1",
                level=Level.COMMAND,
                target={"area_id": ["kitchen"]},
                all_entities=True,
                dangerous=True,
                ask=True,
                window=Window(
                    until=datetime(2026, 11, 22, 17, tzinfo=UTC),
                    days=frozenset({0, 6}),
                    begin=time(22),
                    end=time(6),
                ),
                uses=3,
            ),
        ),
    )
    assert Contact.from_subentry(least) == Contact(
        jid=BEN, name=BEN, grants=(Grant(id="2", level=Level.READ, target={}),)
    )


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        (Level.READ, {Level.READ}),
        (Level.CONTROL, {Level.READ, Level.CONTROL}),
        (Level.COMMAND, {Level.READ, Level.CONTROL, Level.COMMAND}),
    ],
)
def test_a_level_includes_the_ones_before_it(
    house: House, level: Level, allowed: set[Level]
) -> None:
    """What is visible and not allowed is forbidden."""
    house.plain("light.lamp")
    house.grants.async_set_contacts(
        [contact(level=level, target={"entity_id": ["light.lamp"]})]
    )

    verdicts = {
        what: house.grants.decide(ANNA, what, "light.lamp").verdict for what in Level
    }

    assert verdicts == {
        what: Verdict.ALLOWED if what in allowed else Verdict.FORBIDDEN
        for what in Level
    }


def test_nobody_is_admitted_before_they_are_a_contact(house: House) -> None:
    """For an unknown sender there is nothing, whether it exists or not."""
    house.plain("light.lamp")

    assert not house.grants.admits(ANNA)
    assert house.grants.contact(ANNA) is None
    assert house.grants.view(ANNA) == set()
    assert (
        house.grants.decide(ANNA, Level.READ, "light.lamp").verdict is Verdict.UNKNOWN
    )
    assert house.grants.audiences() == {}


def test_what_is_not_granted_looks_like_what_is_not_there(house: House) -> None:
    """Both are invisible, at the highest level as well."""
    house.plain("light.lamp", "lock.door")
    anna = contact(
        level=Level.COMMAND, target={"entity_id": ["light.lamp", "light.missing"]}
    )
    house.grants.async_set_contacts([anna])

    assert house.grants.admits(ANNA)
    assert house.grants.contact(ANNA) == anna
    assert list(house.grants.contacts) == [anna]
    assert house.grants.view(ANNA) == {"light.lamp"}
    for entity_id in ("lock.door", "light.missing", "light.no_such"):
        verdict = house.grants.decide(ANNA, Level.READ, entity_id).verdict
        assert verdict is Verdict.INVISIBLE


def test_a_former_contact_is_unknown_at_once(house: House) -> None:
    """Setting the contacts replaces all of them."""
    house.plain("light.lamp")
    house.grants.async_set_contacts([contact(all_entities=True)])

    house.grants.async_set_contacts([contact(BEN, all_entities=True)])

    assert (
        house.grants.decide(ANNA, Level.READ, "light.lamp").verdict is Verdict.UNKNOWN
    )
    assert house.grants.decide(BEN, Level.READ, "light.lamp").verdict is Verdict.ALLOWED
    assert house.changes == 2


def test_listeners_hear_of_changes_only(house: House) -> None:
    """The same contacts again are no change; another level is one."""
    house.plain("light.lamp")
    house.grants.async_set_contacts([contact(all_entities=True)])
    house.grants.async_set_contacts([contact(all_entities=True)])
    assert house.changes == 1

    house.grants.async_set_contacts([contact(level=Level.CONTROL, all_entities=True)])
    assert house.changes == 2

    house.stop_listening()
    house.grants.async_set_contacts([])
    assert house.changes == 2


def test_all_entities_are_those_with_a_state_or_registered(house: House) -> None:
    """Disabled entities and our own mirrors of other houses are never shown."""
    house.plain("light.plain")
    house.registered("light.no_state_yet")
    house.registered("light.hidden", hidden_by=er.RegistryEntryHider.USER)
    house.registered("light.off", disabled_by=er.RegistryEntryDisabler.USER)
    house.registered("light.mirror", platform=DOMAIN)
    house.plain("light.off", "light.mirror")
    house.grants.async_set_contacts([contact(all_entities=True)])

    view = house.grants.view(ANNA)

    assert view == {"light.plain", "light.no_state_yet", "light.hidden"}


def test_disabled_entities_and_mirrors_are_not_shown_by_name_either(
    house: House,
) -> None:
    """A hidden entity is, when it is named itself."""
    house.registered("light.hidden", hidden_by=er.RegistryEntryHider.USER)
    house.registered("light.off", disabled_by=er.RegistryEntryDisabler.USER)
    house.registered("light.mirror", platform=DOMAIN)
    names = ["light.hidden", "light.off", "light.mirror"]
    house.grants.async_set_contacts([contact(target={"entity_id": names})])

    assert house.grants.view(ANNA) == {"light.hidden"}


def test_a_group_is_itself_and_not_its_members(house: House) -> None:
    """Who may see the group was not granted what is in it."""
    house.plain("light.one", "light.two")
    house.hass.states.async_set("group.all", "on", {"entity_id": ["light.one"]})
    house.grants.async_set_contacts([contact(target={"entity_id": ["group.all"]})])

    assert house.grants.view(ANNA) == {"group.all"}


def test_targets_of_every_kind_mean_their_entities(house: House) -> None:
    """Entity, registry id, device, area, floor and label; diagnostics included."""
    floor = fr.async_get(house.hass).async_create("Ground")
    label = lr.async_get(house.hass).async_create("Shared")
    kitchen = house.areas.async_create("Kitchen")
    hall = house.areas.async_create("Hall", floor_id=floor.floor_id)
    stove = house.device("stove")
    house.devices.async_update_device(stove.id, area_id=kitchen.id)
    house.plain("light.plain")
    house.registered("light.hall", area_id=hall.id)
    house.registered("light.shared", labels={label.label_id})
    house.registered("sensor.stove", device_id=stove.id)
    house.registered(
        "sensor.signal",
        device_id=stove.id,
        entity_category=EntityCategory.DIAGNOSTIC,
    )
    house.registered(
        "sensor.secret", device_id=stove.id, hidden_by=er.RegistryEntryHider.USER
    )
    named = house.registered("light.named")
    of_stove = {"sensor.stove", "sensor.signal"}
    cases: list[tuple[Target, set[str]]] = [
        ({"entity_id": ["light.plain"]}, {"light.plain"}),
        ({"entity_id": [named.id]}, {"light.named"}),
        ({"device_id": [stove.id]}, of_stove),
        ({"area_id": [kitchen.id]}, of_stove),
        ({"floor_id": [floor.floor_id]}, {"light.hall"}),
        ({"label_id": [label.label_id]}, {"light.shared"}),
        (
            {"area_id": [kitchen.id, "no_such"], "label_id": [label.label_id]},
            {*of_stove, "light.shared"},
        ),
        ({}, set()),
    ]

    for target, seen in cases:
        house.grants.async_set_contacts([contact(target=target)])
        assert house.grants.view(ANNA) == seen, target


def test_contacts_who_see_the_same_are_one_audience(house: House) -> None:
    """However it was granted; who sees nothing is in none."""
    house.plain("light.one", "light.two")
    house.grants.async_set_contacts(
        [
            contact(ANNA, all_entities=True),
            contact(
                BEN, Level.CONTROL, target={"entity_id": ["light.one", "light.two"]}
            ),
            contact(CLEO, target={"entity_id": ["light.two"]}),
            contact("dan@example.org", target={"entity_id": ["light.missing"]}),
        ]
    )

    assert house.grants.audiences() == {
        frozenset({"light.one", "light.two"}): {ANNA, BEN},
        frozenset({"light.two"}): {CLEO},
    }
