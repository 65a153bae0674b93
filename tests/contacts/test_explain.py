"""The page of what a contact can do now, and why not more."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.contacts.explain import (
    MOST_ENTITIES,
    async_describe_rights,
)
from custom_components.xmpp_iot.contacts.grants import Contact, Grant, Grants
from custom_components.xmpp_iot.contacts.wording import MOST_NAMES, Wording
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)

from ..people import records

ANNA = "anna@example.org"
LAMP = {"entity_id": ["light.lamp"]}


@pytest.fixture(autouse=True)
async def friday(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Have it be a Friday noon in Madrid, in a house with a lamp."""
    await hass.config.async_set_time_zone("Europe/Madrid")
    freezer.move_to("2026-11-20T11:00:00+00:00")
    hass.states.async_set("light.lamp", "on", {"friendly_name": "Lamp"})


def grant(row_id: str = "1", **more: Any) -> Grant:
    """Return a grant to read the lamp, unless `more` says another thing."""
    return Grant.from_data({"id": row_id, "level": "read", "target": LAMP, **more})


async def page(hass: HomeAssistant, *rows: Grant, used: int = 0) -> str:
    """Return the page of a contact with these grants, the first of which was used so often."""
    kept = records(hass)
    grants = Grants(hass, kept)
    contact = Contact(jid=ANNA, name="Anna", grants=rows)
    grants.async_set_contacts([contact])
    for _ in range(used):
        kept.count_use(rows[0].id)
    grants.async_set_contacts([contact])
    return await async_describe_rights(hass, grants, contact)


async def words(hass: HomeAssistant, one: Grant, left: int | None = None) -> str:
    """Return a grant in words."""
    return (await Wording.of(hass)).async_grant(one, left)


async def test_a_contact_without_grants_can_do_nothing(hass: HomeAssistant) -> None:
    """The page says just that."""
    assert await page(hass) == "Nothing: there is no grant."


async def test_what_is_open_is_listed_by_level_and_area(
    hass: HomeAssistant,
    area_registry: ar.AreaRegistry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Each entity once, where the most may be done to it; areas by the device's where there is one."""
    kitchen, hall = (
        area_registry.async_create("Kitchen"),
        area_registry.async_create("Hall"),
    )
    config_entry = MockConfigEntry(domain="demo")
    config_entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=config_entry.entry_id, identifiers={("demo", "1")}
    )
    device_registry.async_update_device(device.id, area_id=kitchen.id)
    entity_registry.async_get_or_create(
        "switch",
        "demo",
        "1",
        device_id=device.id,
        original_name="Oven",
        config_entry=config_entry,
    )
    door = entity_registry.async_get_or_create("lock", "demo", "2", original_name="b")
    entity_registry.async_update_entity(door.entity_id, area_id=hall.id, name="Door")
    entity_registry.async_get_or_create("sensor", "demo", "3")

    text = await page(
        hass,
        grant("1", all_entities=True),
        grant("2", level="control", target={"entity_id": [door.entity_id]}),
    )

    assert text.splitlines() == [
        r"1. Read\: everything  ",
        r"   *Counts now\. Entities\: 4\.*",
        r"2. Read and control\: Door  ",
        r"   *Counts now\. Entities\: 1\.*",
        "",
        "**Read** (3)",
        "",
        "- *Kitchen:* Oven",
        r"- *No area:* Lamp, sensor\.demo\_3",
        "",
        "**Read and control** (1)",
        "",
        "- *Hall:* Door",
    ]


async def test_a_long_list_ends_with_a_number(hass: HomeAssistant) -> None:
    """The page has bounds, however large the house is."""
    for number in range(MOST_ENTITIES + 7):
        hass.states.async_set(f"switch.s{number:03}", "on")

    text = await page(hass, grant(all_entities=True))

    assert f"({MOST_ENTITIES + 8})" in text
    assert text.splitlines()[-1] == "- and 8 more"
    assert text.count("s0") == 100


@pytest.mark.parametrize(
    ("more", "used", "condition"),
    [
        ({}, 0, "Counts now. Entities: 1."),
        (
            {"target": {"entity_id": ["light.none"]}},
            0,
            "Counts now, but nothing of it is here.",
        ),
        ({"until": "2026-11-20T11:00:00+00:00"}, 0, "Has ended."),
        ({"uses": 2}, 2, "Is used up."),
        ({"uses": 2}, 1, "Counts now. Entities: 1."),
        ({"days": ["mon"]}, 0, "Not at this hour. Counts again from 2026-11-23 00:00."),
        (
            {"days": ["thu"], "from": "13:30:00", "to": "14:00:00"},
            0,
            "Not at this hour. Counts again from 2026-11-26 13:30.",
        ),
        (
            {"from": "22:00:00", "to": "06:00:00"},
            0,
            "Not at this hour. Counts again from 2026-11-20 22:00.",
        ),
        (
            {"days": ["mon"], "until": "2026-11-22T00:00:00+00:00"},
            0,
            "Does not count any more.",
        ),
    ],
)
async def test_each_grant_is_open_or_says_why_not(
    hass: HomeAssistant, more: dict[str, Any], used: int, condition: str
) -> None:
    """An hour is when it opens next, by the house's own clock."""
    text = await page(hass, grant(**more), used=used)

    assert text.replace("\\", "").splitlines()[1] == f"   *{condition}*"


async def test_a_grant_has_all_it_says_in_one_line(hass: HomeAssistant) -> None:
    """By the house's own clock, in the order of the week."""
    one = grant(
        level="control",
        until="2026-11-22T17:00:00+00:00",
        days=["sun", "sat"],
        uses=5,
        dangerous=True,
        ask=True,
        **{"from": "08:00:00", "to": "20:00:00"},
    )

    assert await words(hass, one, 3) == (
        "Read and control: Lamp; until 2026-11-22 18:00; Saturday, Sunday 08:00–20:00; "
        "3 of 5 uses left; includes unlocking, opening and disarming; asks you for the rest"
    )
    assert "; uses: 5; " in await words(hass, one)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"days": ["mon"]}, "Read: Lamp; Monday"),
        ({"from": "08:00:00", "to": "08:30:00"}, "Read: Lamp; 08:00–08:30"),
        ({"all_entities": True, "target": {}}, "Read: everything"),
        ({"target": {"area_id": ["gone"]}}, "Read: nothing that is still there"),
        ({"target": {"floor_id": ["gone"]}}, "Read: nothing that is still there"),
        ({"target": {"label_id": ["gone"]}}, "Read: nothing that is still there"),
        ({"target": {"device_id": ["gone"]}}, "Read: nothing that is still there"),
        ({"target": {"entity_id": ["light.x"]}}, "Read: light.x"),
    ],
)
async def test_a_grant_says_no_more_than_there_is(
    hass: HomeAssistant, more: dict[str, Any], said: str
) -> None:
    """What is gone has no name."""
    assert await words(hass, grant(**more)) == said


async def test_targets_have_the_names_that_people_gave_them(
    hass: HomeAssistant,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
    floor_registry: fr.FloorRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    """The widest first, on one line of bearable length; so many and no more."""
    config_entry = MockConfigEntry(domain="demo")
    config_entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=config_entry.entry_id, identifiers={("demo", "1")}, name="Hub"
    )
    target = {
        "entity_id": ["light.lamp", "light.x"],
        "device_id": [device.id],
        "label_id": [label_registry.async_create("Guests").label_id],
        "area_id": [area_registry.async_create("A " * 99).id],
        "floor_id": [floor_registry.async_create("Attic").floor_id],
    }

    said = await words(hass, grant(target=target))

    assert said == f"Read: Attic, {'A ' * 29}A…, Guests, Hub, Lamp and 1 more"
    assert MOST_NAMES == 5
    device_registry.async_update_device(device.id, name_by_user="My hub")
    assert "My hub" in await words(hass, grant(target=target))
