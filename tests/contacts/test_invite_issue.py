"""An invite that a contact has no room for: the owner is told, as long as that is so."""

from collections.abc import Generator
import logging

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .test_invites import ANNA, House, contact, invite


@pytest.fixture
def house(hass: HomeAssistant) -> Generator[House]:
    """Return a house with Anna, who has all grants one can have, and has tried an invite."""
    house = House(hass, contact(MOST_GRANTS), invite("good"), invite("other"))
    assert not house.invites.async_redeem(ANNA, "", "good")
    yield house
    house.invites.async_stop()
    assert not issues(hass)


def issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return what the owner is told."""
    return list(ir.async_get(hass).issues.values())


async def test_the_owner_is_told_who_has_no_room_for_which_invite(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, however often it is tried; names are shown as they are."""
    for _ in range(3):
        assert not house.invites.async_redeem(ANNA, "", "good")

    (issue,) = issues(hass)
    assert (issue.domain, issue.translation_key) == (DOMAIN, "invite_full")
    assert issue.translation_placeholders == {
        "account": house.entry.title,
        "contact": r"anna\@example\.org",
        "count": str(MOST_GRANTS),
        "invite": "Invite good",
    }
    records = [*caplog.get_records("setup"), *caplog.records]
    assert [one.levelno for one in records].count(logging.WARNING) == 1


@pytest.mark.parametrize("gone", ["invite good", "anna"])
async def test_what_is_gone_needs_no_room(
    hass: HomeAssistant, house: House, gone: str
) -> None:
    """The invite, or the contact."""
    hass.config_entries.async_remove_subentry(house.entry, gone)
    await hass.async_block_till_done()
    assert not issues(hass)


async def test_it_is_over_when_there_is_room(hass: HomeAssistant, house: House) -> None:
    """Not after just any change."""
    hass.config_entries.async_remove_subentry(house.entry, "invite other")
    await hass.async_block_till_done()
    assert issues(hass)

    anna = house.entry.subentries["anna"]
    data = {**anna.data, "grants": anna.data["grants"][1:]}
    hass.config_entries.async_update_subentry(house.entry, anna, data=data)
    await hass.async_block_till_done()
    assert not issues(hass)


async def test_another_can_use_it(hass: HomeAssistant, house: House) -> None:
    """Then there is nothing more to tell."""
    assert house.invites.async_redeem("ben@example.org", "", "good")
    assert not issues(hass)
