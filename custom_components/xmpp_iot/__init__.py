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
from .answering import async_setup_answering
from .assembly import async_apply_options, async_assemble
from .const import CONF_FEED_SECRET, CONF_USER_ID, DOMAIN
from .contact_services import async_setup_contact_services
from .contacts.first_contact import async_forget_ignored
from .contacts.migration import async_migrate
from .contacts.records import Records
from .knocker import async_forget_knocker, async_knock
from .models import XmppIotConfigEntry, XmppIotData
from .services import async_setup_services
from .wire.errors import AuthenticationFailed, LoginError

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer the actions."""
    async_setup_services(hass)
    async_setup_answering(hass)
    async_setup_contact_services(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: XmppIotConfigEntry) -> bool:
    """Bring what an earlier version has kept into the form of today."""
    return async_migrate(hass, entry)


async def async_setup_entry(hass: HomeAssistant, entry: XmppIotConfigEntry) -> bool:
    """Log the account in and open the house to its contacts."""
    await _prepare(hass, entry)
    try:
        account = await async_account(hass, entry.data)
    except InvalidSetting as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key=err.problem
        ) from err
    records = Records(hass, entry.entry_id)
    await records.async_load()
    data = async_assemble(hass, entry, account, records)
    await data.persons.async_follow(data.grants.contacts)
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
            if not isinstance(err, AuthenticationFailed):
                async_knock(hass, entry, account)
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
    """Remove what was kept, and the users in whose names contacts acted.

    Whatever could not be unloaded ends now.
    """
    if (data := getattr(entry, "runtime_data", None)) is not None:
        await data.stop()
    async_forget_knocker(hass, entry.entry_id)
    await async_forget_ignored(hass, entry)
    users = await Records.async_forget(hass, entry.entry_id)
    for user_id in {*users.values(), entry.data.get(CONF_USER_ID)}:
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
        async_apply_options(entry, data.grants, data.opinion)
        data.floods.async_follow_entry()
        now = set(data.roster.friends)
        data.roster.async_contacts_changed(removed=friends - now)
        friends.clear()
        friends.update(now)
        await data.persons.async_follow(data.grants.contacts)
        await data.links.async_follow_entry()
        data.record_entities.async_follow_entry()

    async def stopping(_: Event) -> None:
        """Say goodbye: contacts see at once that the house is away."""
        await data.stop()

    @callback
    def refused() -> None:
        entry.async_start_reauth(hass)

    entry.async_on_unload(entry.add_update_listener(updated))
    entry.async_on_unload(data.session.on_authentication_failed(refused))
    entry.async_on_unload(data.session.on_refused(data.house.unread))
    entry.async_on_unload(
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stopping)
    )
