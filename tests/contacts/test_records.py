"""What survives a restart."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xmpp_iot.contacts.records import PendingRequest, Records
from homeassistant.core import HomeAssistant

REQUEST = PendingRequest(
    jid="anna@example.org", name="Anna", message="Hello", at="2026-11-21T12:00:00+00:00"
)


async def test_what_is_recorded_survives(hass: HomeAssistant) -> None:
    """Uses, users, requests and the blocked."""
    records = Records(hass, "one")
    await records.async_load()
    records.count_use("grant")
    records.count_use("grant")
    records.set_user("anna@example.org", "user")
    records.set_request("anna@example.org", REQUEST)
    records.set_blocked("ben@example.org", True)
    records.set_blocked("anna@example.org", True)
    await records.async_save()

    again = Records(hass, "one")
    await again.async_load()

    assert again.used("grant") == 2
    assert again.users == {"anna@example.org": "user"}
    assert again.requests == {"anna@example.org": REQUEST}
    assert again.blocked == ("anna@example.org", "ben@example.org")
    assert again.as_diagnostics() == {
        "uses": 1,
        "users": 1,
        "requests": 1,
        "blocked": 2,
    }


async def test_what_is_over_is_forgotten(hass: HomeAssistant) -> None:
    """Each kind by itself."""
    records = Records(hass, "one")
    records.count_use("grant")
    records.count_use("other")
    records.set_user("anna@example.org", "user")
    records.set_request("anna@example.org", REQUEST)
    records.set_blocked("ben@example.org", True)

    records.keep_uses(frozenset({"other"}))
    records.set_user("anna@example.org", None)
    records.set_request("anna@example.org", None)
    records.set_blocked("ben@example.org", False)

    assert records.used("grant") == 0
    assert records.used("other") == 1
    assert (records.users, records.requests, records.blocked) == ({}, {}, ())
    await records.async_save()


async def test_changes_are_kept_soon_without_being_told_to(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A power cut a moment later costs nothing."""
    records = Records(hass, "one")
    records.count_use("grant")
    freezer.tick(timedelta(seconds=2))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()

    again = Records(hass, "one")
    await again.async_load()
    assert again.used("grant") == 1


async def test_an_account_that_is_removed_leaves_nothing(hass: HomeAssistant) -> None:
    """But the names of the users it had made, which are to be removed as well."""
    records = Records(hass, "one")
    records.set_user("anna@example.org", "user")
    await records.async_save()

    assert await Records.async_forget(hass, "one") == {"anna@example.org": "user"}
    assert await Records.async_forget(hass, "one") == {}
