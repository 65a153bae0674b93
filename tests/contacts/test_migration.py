"""What earlier versions have kept is not lost, and does not become more."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot import async_migrate_entry
from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT
from custom_components.xmpp_iot.contacts.grants import Contact, Level
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant


def entry_of(hass: HomeAssistant, **version: int) -> MockConfigEntry:
    """Return an account of that version with two contacts, one kept as today."""
    former = {
        "jid": "anna@example.org",
        "nickname": "Anna",
        "level": "command",
        "all_entities": False,
        "target": {"area_id": ["kitchen"]},
    }
    today = {
        "jid": "ben@example.org",
        "nickname": "",
        "grants": [{"id": "1", "level": "read"}],
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            ConfigSubentryData(
                data=data,
                subentry_type=SUBENTRY_CONTACT,
                title=str(data["jid"]),
                unique_id=f"contact:{data['jid']}",
            )
            for data in (former, today)
        ],
        **version,
    )
    entry.add_to_hass(hass)
    return entry


async def test_a_contact_keeps_its_grant_without_the_dangerous(
    hass: HomeAssistant,
) -> None:
    """It becomes one row; unlocking was not asked for when it was made."""
    entry = entry_of(hass, version=1, minor_version=1)
    assert await async_migrate_entry(hass, entry)
    assert entry.minor_version == 2
    anna, ben = map(Contact.from_subentry, entry.subentries.values())
    (grant,) = anna.grants
    assert (anna.jid, anna.name) == ("anna@example.org", "Anna")
    assert grant.level is Level.COMMAND
    assert grant.target == {"area_id": ["kitchen"]}
    assert not grant.all_entities
    assert not grant.dangerous
    assert ben.grants[0].id == "1"


async def test_what_is_of_today_stays_as_it_is(hass: HomeAssistant) -> None:
    """Nothing is migrated twice."""
    entry = entry_of(hass, version=1, minor_version=2)
    before = dict(entry.subentries)
    assert await async_migrate_entry(hass, entry)
    assert dict(entry.subentries) == before


async def test_what_a_later_version_kept_is_left_alone(hass: HomeAssistant) -> None:
    """Home Assistant says that it cannot be loaded."""
    assert not await async_migrate_entry(hass, entry_of(hass, version=2))
