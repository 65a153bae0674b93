"""An account that strangers ask, and what its owner is shown of them."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT
from custom_components.xmpp_iot.contacts.first_contact import FirstContact
from custom_components.xmpp_iot.contacts.grants import Contact, Grants
from custom_components.xmpp_iot.contacts.records import Records
from custom_components.xmpp_iot.wire.errors import WireError
from custom_components.xmpp_iot.wire.presence import SubscriptionRequest
from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_load_integrations

ROMEO = "romeo@example.net"
HOME = "home@example.org"


@dataclass
class BlockList:
    """What the server blocks (wire.blocking.Blocking), or why it does not."""

    blocked: frozenset[str] = frozenset()
    refusal: WireError | None = None
    asked: list[str] = field(default_factory=list)

    async def block(self, jid: str) -> None:
        """Block somebody."""
        self._change("block", jid, self.blocked | {jid})

    async def unblock(self, jid: str) -> None:
        """Let somebody in."""
        self._change("unblock", jid, self.blocked - {jid})

    def _change(self, what: str, jid: str, blocked: frozenset[str]) -> None:
        self.asked.append(f"{what} {jid}")
        if self.refusal is not None:
            raise self.refusal
        self.blocked = blocked


class Street:
    """The account, and those who pass by."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Know nobody."""
        self.hass = hass
        self.entry = entry
        self.blocking = BlockList()
        self.records = Records(hass, entry.entry_id)
        self.grants = Grants(hass, self.records)
        self.linked: dict[str, str] = {}  # bare JIDs of houses, and their names
        self.first_contact = FirstContact(
            hass, entry, self.records, self.grants, lambda: self.linked
        )
        entry.mock_state(hass, ConfigEntryState.LOADED)
        entry.runtime_data = SimpleNamespace(
            records=self.records,
            grants=self.grants,
            first_contact=self.first_contact,
            blocking=self.blocking,
        )

    async def follow(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Let the gate know what the entry says."""
        self.grants.async_set_contacts(
            map(Contact.from_subentry, entry.get_subentries_of_type(SUBENTRY_CONTACT))
        )

    async def ask(
        self, jid: str = ROMEO, nickname: str = "", message: str = ""
    ) -> None:
        """Have somebody ask."""
        self.first_contact.async_requested(
            SubscriptionRequest(bare=jid, nickname=nickname, message=message)
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    @property
    def flows(self) -> list[ConfigFlowResult]:
        """What is shown as discovered."""
        return list(self.hass.config_entries.flow.async_progress_by_handler(DOMAIN))

    @property
    def notifications(self) -> dict[str, Any]:
        """What Home Assistant shows."""
        shown = persistent_notification._async_get_or_create_notifications(self.hass)
        return dict(shown)

    def is_quiet(self) -> bool:
        """Return whether nothing is shown."""
        return not self.flows and not self.notifications


def account() -> MockConfigEntry:
    """Return an account without contacts."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Home *sweet* home",
        unique_id=HOME,
        data={"jid": HOME, "password": "secret", "tls": "starttls"},
    )


@asynccontextmanager
async def street(
    hass: HomeAssistant,
    entry: MockConfigEntry | None = None,
    pending: Iterable[dict[str, str]] = (),
) -> AsyncGenerator[Street]:
    """Open the account; nothing of it is shown afterwards."""
    await async_load_integrations(hass, {DOMAIN})
    if entry is None:
        entry = account()
        entry.add_to_hass(hass)
    street = Street(hass, entry)
    for one in pending:
        street.records.set_request(one["jid"], one)  # type: ignore[arg-type]
    end = entry.add_update_listener(street.follow)
    street.grants.async_start()
    street.first_contact.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    yield street
    street.first_contact.async_stop()
    street.first_contact.async_stop()
    street.grants.async_stop()
    end()
    await street.records.async_save()
    assert street.is_quiet()
