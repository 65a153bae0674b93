"""Strangers who ask: what the owner is shown, how much of it, and until when."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.first_contact import (
    MOST,
    OF_A_DOMAIN,
    OF_ALL,
    async_forget_ignored,
)
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.core import HomeAssistant

from .asking import ASKING, made, subentry
from .strangers import HOME, ROMEO, Street, street

PENDING = {
    "jid": ROMEO,
    "name": "Romeo",
    "message": "It is me",
    "at": "2026-11-20T12:00:00+00:00",
}


@pytest.fixture
async def here(hass: HomeAssistant) -> AsyncGenerator[Street]:
    """Return the account."""
    async with street(hass) as here:
        yield here


def ignore(hass: HomeAssistant, jid: str, house: str = HOME) -> MockConfigEntry:
    """Ignore somebody, as Home Assistant does it."""
    ignored = MockConfigEntry(
        domain=DOMAIN, unique_id=f"{house}:{jid}", source=SOURCE_IGNORE
    )
    ignored.add_to_hass(hass)
    return ignored


async def test_who_asks_is_shown(here: Street, freezer: FrozenDateTimeFactory) -> None:
    """As something discovered and as a notification: who, when and with what words, and those as they are."""
    freezer.move_to("2026-11-21T12:00:00+00:00")
    await here.ask(nickname="[Romeo](x)", message="It is *me*")
    (flow,) = here.flows
    assert flow["context"]["source"] == "integration_discovery"
    assert flow["context"]["unique_id"] == f"{HOME}:{ROMEO}"
    title = {"name": f"{ROMEO} asks to become a friend"}
    assert flow["context"]["title_placeholders"] == title
    (shown,) = here.notifications.values()
    assert shown["title"] == "Somebody asks to become a friend"
    assert r"\[Romeo\]\(x\) \(romeo\@example\.net\)" in shown["message"]
    assert r"> It is \*me\*" in shown["message"]
    assert r"Home \*sweet\* home" in shown["message"]
    assert "2026-11-21 04:00" in shown["message"]  # by the clock of the house
    assert here.records.requests[ROMEO]["name"] == "[Romeo](x)"


async def test_who_says_nothing_is_shown_by_the_address(here: Street) -> None:
    """There is nothing else."""
    await here.ask()
    (shown,) = here.notifications.values()
    assert shown["message"].startswith(r"romeo\@example\.net asked")
    assert "says" not in shown["message"]


async def test_who_asks_again_is_shown_once(here: Street) -> None:
    """A server repeats a request at every log-in, perhaps without the words; the first ones stay."""
    await here.ask(nickname="Romeo")
    await here.ask(nickname="Tybalt")
    assert len(here.flows) == len(here.notifications) == 1
    assert here.records.requests[ROMEO]["name"] == "Romeo"


async def test_a_domain_has_few_shown_in_an_hour(
    here: Street, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest is passed over, with one line in the log; another domain is not."""
    for number in range(OF_A_DOMAIN.burst + 2):
        await here.ask(f"spam{number}@example.com")
    assert len(here.flows) == OF_A_DOMAIN.burst
    assert caplog.text.count("passed over") == 1
    await here.ask()
    assert ROMEO in here.records.requests
    freezer.tick(timedelta(minutes=21))
    await here.ask("spam9@example.com")
    assert "spam9@example.com" in here.records.requests


async def test_all_together_have_not_many_shown(here: Street) -> None:
    """However many domains somebody has."""
    for number in range(OF_ALL.burst + 5):
        await here.ask(f"spam@{number}.example.com")
    assert len(here.records.requests) == len(here.flows) == OF_ALL.burst


async def test_not_too_many_are_kept(hass: HomeAssistant) -> None:
    """Whoever comes when that many wait is passed over."""
    crowd = ({**PENDING, "jid": f"spam@{number}.example.com"} for number in range(MOST))
    async with street(hass, pending=crowd) as here:
        await here.ask()
        assert len(here.records.requests) == MOST
        assert ROMEO not in here.records.requests


async def test_who_waits_is_shown_again_after_a_restart(hass: HomeAssistant) -> None:
    """With the moment of the request."""
    async with street(hass) as here:
        await here.ask(nickname="Romeo")
        kept = dict(here.records.requests)
        entry = here.entry
    async with street(hass, entry) as here:
        assert here.is_quiet()
        await here.records.async_load()
        here.first_contact.async_start()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert dict(here.records.requests) == kept
        assert len(here.flows) == len(here.notifications) == 1


async def test_who_becomes_a_contact_is_answered(here: Street) -> None:
    """However that came about."""
    await here.ask()
    here.hass.config_entries.async_add_subentry(
        here.entry, made(subentry("other@example.net", "Other", ASKING))
    )
    await here.hass.async_block_till_done()
    assert here.flows
    here.hass.config_entries.async_add_subentry(
        here.entry, made(subentry(ROMEO, "Romeo", {**ASKING, "id": "2"}))
    )
    await here.hass.async_block_till_done()
    assert here.is_quiet()
    assert not here.records.requests


async def test_who_is_linked_is_not_shown_any_more(here: Street) -> None:
    """The house lets them in by itself, so there is nothing to answer."""
    await here.ask()
    assert here.flows
    here.linked[ROMEO] = "Romeo"
    here.hass.config_entries.async_update_entry(here.entry, options={"any": "change"})
    await here.hass.async_block_till_done()
    assert here.is_quiet()
    assert not here.records.requests


async def test_who_is_ignored_is_not_shown(hass: HomeAssistant) -> None:
    """Neither then nor later, nor after a restart."""
    async with street(hass) as here:
        await here.ask()
        (flow,) = here.flows
        await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_IGNORE},
            data={"unique_id": flow["context"]["unique_id"], "title": "Romeo"},
        )
        assert here.is_quiet()
        assert not here.records.requests
        await here.ask()
        assert here.is_quiet()
        entry = here.entry
    async with street(hass, entry, [PENDING]) as here:
        assert here.is_quiet()
        assert not here.records.requests


async def test_what_else_becomes_of_entries_is_nothing_to_it(here: Street) -> None:
    """Other accounts, and others whom another account ignores."""
    await here.ask()
    for source, unique_id in (
        (SOURCE_USER, "cabin@example.org"),
        (SOURCE_IGNORE, f"cabin@example.org:{ROMEO}"),
    ):
        await here.hass.config_entries.async_add(
            MockConfigEntry(domain=DOMAIN, unique_id=unique_id, source=source)
        )
    await here.hass.async_block_till_done()
    assert here.records.requests


async def test_who_is_blocked_is_not_shown(here: Street) -> None:
    """Where the server lets them through all the same."""
    here.records.set_blocked(ROMEO, True)
    await here.ask()
    assert here.is_quiet()
    assert not here.records.requests


async def test_an_account_that_is_removed_takes_the_ignored_along(
    hass: HomeAssistant,
) -> None:
    """Its own, and not those of another."""
    entry = MockConfigEntry(domain=DOMAIN, unique_id=HOME)
    ignore(hass, ROMEO)
    other = ignore(hass, ROMEO, "cabin@example.org")
    await async_forget_ignored(hass, entry)
    assert hass.config_entries.async_entries(DOMAIN) == [other]
