"""Two houses befriend each other and part, on a real server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from custom_components.xmpp_iot.contacts.grants import Grants, Level
from custom_components.xmpp_iot.contacts.roster import RosterKeeper
from custom_components.xmpp_iot.wire.account import Account
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.tls import create_ssl_context
from homeassistant.core import HomeAssistant
from scripts.support.servers import Prosody
from tests.people import contact, records

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]


class Party:
    """An account on the server that keeps its roster equal to its contacts."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Have no contacts yet, and be offline."""
        self.jid = account.jid
        self.grants = Grants(hass, records(hass))
        self.session = Session(account, name="test", admits=self.grants.admits)
        self.keeper = RosterKeeper(self.session, self.grants)
        self._changed = asyncio.Event()
        self.session.on_roster(self._changed.set)
        self.session.on_presence(lambda _full, _available: self._changed.set())

    def know(self, *others: Party) -> None:
        """Have these contacts and no others."""
        before = {contact.jid for contact in self.grants.contacts}
        self.grants.async_set_contacts(
            contact(jid=other.jid, name=other.jid, level=Level.READ, target={})
            for other in others
        )
        self.keeper.async_contacts_changed(before - {other.jid for other in others})

    def subscription(self, other: Party) -> str | None:
        """Return what the roster says about another."""
        return self.session.roster().get(other.jid)

    def sees(self, other: Party) -> bool:
        """Return whether the other is online for us."""
        return bool(self.session.resources(other.jid))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that shows in our roster, or in others' presence."""
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def online(
    hass: HomeAssistant, prosody: Prosody, user: str
) -> AsyncGenerator[Party]:
    """Log a user in."""
    who = prosody.accounts[user]
    context = await hass.async_add_executor_job(
        create_ssl_context, prosody.ca_file.read_text()
    )
    party = Party(
        hass,
        Account(
            jid=who.jid,
            password=who.password,
            ssl_context=context,
            host=prosody.host,
            port=prosody.port,
        ),
    )
    party.keeper.async_start()
    await party.session.connect()
    try:
        yield party
    finally:
        party.keeper.async_stop()
        await party.session.close()


async def test_two_houses_become_contacts_and_part(
    hass: HomeAssistant, prosody: Prosody
) -> None:
    """Both see each other; when one removes the other, neither sees the other any more."""
    async with (
        online(hass, prosody, "home") as home,
        online(hass, prosody, "cabin") as cabin,
    ):
        home.know(cabin)
        cabin.know(home)
        await home.until(lambda: home.subscription(cabin) == "both")
        await cabin.until(lambda: cabin.subscription(home) == "both")
        await home.until(lambda: home.sees(cabin))
        await cabin.until(lambda: cabin.sees(home))

        home.know()

        await cabin.until(lambda: cabin.subscription(home) == "none")
        await home.until(lambda: home.subscription(cabin) is None)
        await cabin.until(lambda: not cabin.sees(home))
        cabin.know()
        await cabin.until(lambda: cabin.subscription(home) is None)


async def test_a_stranger_gets_no_presence_and_no_answer(
    hass: HomeAssistant, prosody: Prosody, caplog: pytest.LogCaptureFixture
) -> None:
    """A request stays open; once the stranger is a contact, it is approved."""
    async with (
        online(hass, prosody, "home") as home,
        online(hass, prosody, "stranger") as stranger,
    ):
        asked = asyncio.Event()
        home.session.on_subscription_request(lambda _: asked.set())
        stranger.know(home)
        await asyncio.wait_for(asked.wait(), 10)
        await stranger.until(lambda: stranger.subscription(home) == "none")
        assert not stranger.sees(home)
        assert home.subscription(stranger) is None

        home.know(stranger)

        await stranger.until(lambda: stranger.subscription(home) == "both")
        await stranger.until(lambda: stranger.sees(home))
        home.know()
        stranger.know()
        await stranger.until(lambda: stranger.subscription(home) is None)
        await home.until(lambda: home.subscription(stranger) is None)
