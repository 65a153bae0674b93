"""An account whose owner can be asked, and what the owner sees of that."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.const import (
    CONF_GRANTS,
    CONF_JID,
    CONF_NICKNAME,
    DOMAIN,
    SUBENTRY_CONTACT,
)
from custom_components.xmpp_iot.contacts.consent import Consent
from custom_components.xmpp_iot.contacts.grants import Contact, Grants, Level, Verdict
from custom_components.xmpp_iot.contacts.owner import Owner
from custom_components.xmpp_iot.contacts.question import Question, Wish
from custom_components.xmpp_iot.wire.errors import Asked as AskedError
from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryDataWithId,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util
from tests.people import records

from .chatting import HOUSE, Telephone

ANNA = "anna@example.org"
BEN = "ben@example.org"
LIGHT = "light.lamp"
LOCK = "lock.door"
LATER = timedelta(seconds=10)
PAST = timedelta(seconds=-1)

ASKING = {
    "id": "asks",
    "level": "read",
    "all_entities": True,
    "target": {},
    "dangerous": False,
    "ask": True,
}


def subentry(jid: str, name: str, *rows: dict[str, Any]) -> ConfigSubentryDataWithId:
    """Return a contact with these grants."""
    return ConfigSubentryDataWithId(
        subentry_id=name,
        subentry_type=SUBENTRY_CONTACT,
        title=name,
        unique_id=f"contact:{jid}",
        data={CONF_JID: jid, CONF_NICKNAME: name, CONF_GRANTS: list(rows)},
    )


def made(data: ConfigSubentryDataWithId) -> ConfigSubentry:
    """Return a contact to be added."""
    return ConfigSubentry(
        data=MappingProxyType(dict(data["data"])),
        subentry_type=data["subentry_type"],
        title=data["title"],
        unique_id=data["unique_id"],
    )


class Asked:
    """The account: it follows its entry, as the real one does."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Have Anna and Ben read everything, and ask for the rest."""
        self.hass = hass
        self.freezer = freezer
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            unique_id=HOUSE,
            subentries_data=[
                subentry(ANNA, "Anna", ASKING),
                subentry(BEN, "Ben", {**ASKING, "id": "asks too"}),
            ],
        )
        self.entry.add_to_hass(hass)
        self.grants = Grants(hass, records(hass))
        self.telephone = Telephone()
        owner = Owner(hass, self.entry, self.telephone.chats)
        self.consent = Consent(hass, self.entry, self.grants, owner)
        self.entry.mock_state(hass, ConfigEntryState.LOADED)
        self.entry.runtime_data = SimpleNamespace(consent=self.consent)

    async def follow(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Let the gate know what the entry says."""
        self.grants.async_set_contacts(
            map(Contact.from_subentry, entry.get_subentries_of_type(SUBENTRY_CONTACT))
        )

    def wish(
        self,
        entity_id: str = LIGHT,
        action: str = "turn_on",
        *,
        jid: str = ANNA,
        level: Level = Level.CONTROL,
    ) -> Wish:
        """Return a wish of a contact's."""
        contact = self.grants.contact(jid)
        assert contact is not None
        return Wish(contact=contact, level=level, entity_id=entity_id, action=action)

    def begin(self, *wishes: Wish, within: timedelta = LATER) -> asyncio.Task[None]:
        """Ask the owner, and go on."""
        until = dt_util.utcnow() + within
        return self.hass.async_create_task(
            self.consent.ask(wishes or (self.wish(),), until)
        )

    def owners(self, *jids: str) -> None:
        """Have these asked by chat from now on."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={"owners": list(jids)}
        )

    async def code(self, *wishes: Wish) -> str:
        """Ask for something, and return its code; nobody has read the messages yet."""
        with pytest.raises(AskedError):
            await self.begin(*wishes, within=PAST)
        return self.telephone.code()

    @property
    def question(self) -> Question:
        """The only open question."""
        (question,) = self.consent.questions.values()
        return question

    @property
    def issues(self) -> list[ir.IssueEntry]:
        """The repair issues."""
        return [one for one in ir.async_get(self.hass).issues.values() if one.active]

    def verdict(self, wish: Wish) -> Verdict:
        """Return what the gate says of a wish."""
        return self.grants.decide(
            wish.contact.jid, wish.level, wish.entity_id, wish.action, wish.data
        ).verdict

    def subentry(self, name: str) -> ConfigSubentry:
        """Return a contact."""
        found: ConfigSubentry = self.entry.subentries[name]
        return found

    def change(self, name: str, *rows: dict[str, Any]) -> None:
        """Change what a contact is granted."""
        contact = self.subentry(name)
        self.hass.config_entries.async_update_subentry(
            self.entry, contact, data={**contact.data, CONF_GRANTS: list(rows)}
        )

    async def pass_time(self, delta: timedelta) -> None:
        """Let time pass."""
        self.freezer.tick(delta)
        async_fire_time_changed(self.hass)
        await self.hass.async_block_till_done()


@asynccontextmanager
async def asked_house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Open the account, and close it; nothing of it is left."""
    await async_load_integrations(hass, {DOMAIN, "light", "lock"})
    for number in range(30):
        hass.states.async_set(f"light.lamp_{number}", "off")
    hass.states.async_set(LIGHT, "off", {"friendly_name": "Lamp [of] mine"})
    hass.states.async_set(LOCK, "locked")
    house = Asked(hass, freezer)
    end = house.entry.add_update_listener(house.follow)
    house.grants.async_start()
    await house.follow(hass, house.entry)
    house.consent.async_start()
    yield house
    await house.consent.async_stop()
    await house.consent.async_stop()
    house.grants.async_stop()
    end()
    assert not house.consent.questions
    assert not house.issues
    assert house.telephone.chats._hears is None
    assert not [
        one for one in asyncio.all_tasks() if one.get_name().startswith("xmpp_iot")
    ]
