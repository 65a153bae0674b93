"""XMPP IoT: a house with an XMPP address, and friends with exact rights.

One config entry is one XMPP account, one subentry `contact` somebody with grants.
"""

import secrets

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .account import InvalidSetting, async_account, login_problem
from .concentrator.actions import Actions
from .concentrator.feeds import Feeds
from .concentrator.fields import FieldReader
from .concentrator.house import Concentrator
from .concentrator.nodes import SOURCE
from .concentrator.uploads import Uploads
from .const import CONF_FEED_SECRET, CONF_USER_ID, DOMAIN, SUBENTRY_CONTACT
from .contacts.grants import Contact, Grants
from .contacts.roster import RosterKeeper
from .models import XmppIotConfigEntry, XmppIotData
from .remote.links import Links
from .remote.statistics_import import StatisticsImport
from .services import async_setup_services
from .wire.account import Account
from .wire.errors import AuthenticationFailed, LoginError
from .wire.service import IoTService, features
from .wire.session import Session

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: XmppIotConfigEntry) -> bool:
    """Log the account in and open the house to its contacts."""
    await _prepare(hass, entry)
    try:
        account = await async_account(hass, entry.data)
    except InvalidSetting as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key=err.problem
        ) from err
    data = _assemble(hass, entry, account)
    # Before the log-in, which takes its time: a contact removed meanwhile is not let in.
    _follow(hass, entry, data)
    try:
        data.start()
        await data.session.connect()
        entry.runtime_data = data  # which the platforms look for
        await data.links.async_follow_entry()
    except BaseException as err:
        await data.stop()
        if isinstance(err, LoginError):
            raise _not_ready(err) from err
        raise
    return True


async def async_unload_entry(hass: HomeAssistant, entry: XmppIotConfigEntry) -> bool:
    """Log the account out."""
    if not await entry.runtime_data.links.async_unload_platforms():
        return False
    await entry.runtime_data.stop()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: XmppIotConfigEntry) -> None:
    """Remove the user in whose name contacts acted."""
    user_id: str | None = entry.data.get(CONF_USER_ID)
    if user_id and (user := await hass.auth.async_get_user(user_id)):
        await hass.auth.async_remove_user(user)


async def _prepare(hass: HomeAssistant, entry: XmppIotConfigEntry) -> None:
    """Give the entry what it needs once: a user to act as, and a secret to name feeds with."""
    data = dict(entry.data)
    user_id: str | None = data.get(CONF_USER_ID)
    if user_id is None or await hass.auth.async_get_user(user_id) is None:
        # No administrator, and nobody can log in as it: what a contact may do is for our grants to say,
        # and Home Assistant's own checks stand behind them.
        user = await hass.auth.async_create_system_user(
            f"XMPP IoT {entry.title}", group_ids=[GROUP_ID_USER], local_only=True
        )
        data[CONF_USER_ID] = user.id
    data.setdefault(CONF_FEED_SECRET, secrets.token_hex(32))
    if data != entry.data:
        hass.config_entries.async_update_entry(entry, data=data)


def _assemble(
    hass: HomeAssistant, entry: XmppIotConfigEntry, account: Account
) -> XmppIotData:
    """Return the parts of an account, each knowing those it works with."""
    grants = Grants(hass)
    grants.async_set_contacts(_contacts(entry))
    session = Session(
        account,
        name=hass.config.location_name,
        admits=grants.admits,
        follows=lambda bare: bare in links.wanted,
        features=features(),
    )
    links = Links(hass, entry, session)
    reader = FieldReader(hass, SOURCE)
    feeds = Feeds(hass, entry, session, grants, reader)
    house = Concentrator(
        hass,
        grants,
        Actions(hass, entry, entry.data[CONF_USER_ID]),
        reader,
        feed_address=feeds.async_address,
        uploads=Uploads(hass, session),
    )
    return XmppIotData(
        session=session,
        grants=grants,
        roster=RosterKeeper(session, grants, lambda: links.wanted),
        house=house,
        service=IoTService(session, house),
        feeds=feeds,
        links=links,
        statistics=StatisticsImport(hass, entry, links),
    )


def _contacts(entry: XmppIotConfigEntry) -> tuple[Contact, ...]:
    return tuple(
        Contact.from_subentry(subentry)
        for subentry in entry.get_subentries_of_type(SUBENTRY_CONTACT)
    )


def _not_ready(err: LoginError) -> ConfigEntryAuthFailed | ConfigEntryNotReady:
    """Return what Home Assistant is told of a failed log-in: only a refused password asks the user."""
    refused = isinstance(err, AuthenticationFailed)
    kind = ConfigEntryAuthFailed if refused else ConfigEntryNotReady
    return kind(
        translation_domain=DOMAIN,
        translation_key=login_problem(err),
        translation_placeholders={"reason": str(err)},
    )


def _follow(hass: HomeAssistant, entry: XmppIotConfigEntry, data: XmppIotData) -> None:
    """Follow changes of the entry, and Home Assistant's end."""
    account = dict(entry.data)
    friends = set(data.roster.friends)

    async def updated(hass: HomeAssistant, entry: XmppIotConfigEntry) -> None:
        """Apply what differs: contacts at once, another account by a reload."""
        if dict(entry.data) != account:
            hass.config_entries.async_schedule_reload(entry.entry_id)
            return
        data.grants.async_set_contacts(_contacts(entry))
        now = set(data.roster.friends)
        data.roster.async_contacts_changed(removed=friends - now)
        friends.clear()
        friends.update(now)
        await data.links.async_follow_entry()

    async def stopping(_: Event) -> None:
        """Say goodbye: contacts see at once that the house is away."""
        await data.stop()

    @callback
    def refused() -> None:
        entry.async_start_reauth(hass)

    entry.async_on_unload(entry.add_update_listener(updated))
    entry.async_on_unload(data.session.on_authentication_failed(refused))
    entry.async_on_unload(
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stopping)
    )
