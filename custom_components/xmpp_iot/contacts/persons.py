"""A user of Home Assistant for each contact, so that the history of every entity says who.

They are system users: no administrator, and nobody can log in as one. What a contact may do is for the gate
to say, and Home Assistant's own checks stand behind it.
"""

import asyncio
from collections.abc import Iterable, Mapping

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import HomeAssistant

from .grants import Contact
from .records import Records


class Persons:
    """The users in whose names the contacts of an account act."""

    def __init__(self, hass: HomeAssistant, records: Records, nobody: str) -> None:
        """Know the users that `records` has; `nobody` is the id of who acts for all others."""
        self._hass = hass
        self._records = records
        self._nobody = nobody
        self._lock = asyncio.Lock()

    def user_of(self, bare: str) -> str:
        """Return the id of the user of a contact, by its bare JID."""
        return self._records.users.get(bare, self._nobody)

    async def async_follow(self, contacts: Iterable[Contact]) -> None:
        """Have a user for each of these contacts, by its name, and for nobody else."""
        names = {contact.jid: _called(contact) for contact in contacts}
        async with self._lock:
            await self._remove(names)
            for jid, name in names.items():
                await self._keep(jid, name)

    async def _keep(self, jid: str, name: str) -> None:
        user_id = self._records.users.get(jid)
        user = await self._hass.auth.async_get_user(user_id) if user_id else None
        if user is None:
            user = await self._hass.auth.async_create_system_user(
                name, group_ids=[GROUP_ID_USER], local_only=True
            )
            self._records.set_user(jid, user.id)
        elif user.name != name:
            await self._hass.auth.async_update_user(user, name=name)

    async def _remove(self, names: Mapping[str, str]) -> None:
        """Remove the users of those who are no contacts any more."""
        for jid, user_id in tuple(self._records.users.items()):
            if jid not in names:
                self._records.set_user(jid, None)
                if (user := await self._hass.auth.async_get_user(user_id)) is not None:
                    await self._hass.auth.async_remove_user(user)


def _called(contact: Contact) -> str:
    """Return what Home Assistant calls the user of a contact."""
    if contact.name == contact.jid:
        return contact.jid
    return f"{contact.name} ({contact.jid})"
