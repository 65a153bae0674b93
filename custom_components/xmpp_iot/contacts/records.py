"""What must survive a restart and is no setting: uses counted, users made, requests not yet answered."""

from collections.abc import Mapping
from typing import Final, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1
_SAVE_AFTER: Final = 1.0  # seconds; what must not be lost is saved at once


class PendingRequest(TypedDict):
    """Somebody unknown who asked to become a friend."""

    jid: str
    name: str
    message: str
    at: str  # ISO 8601, UTC


class _Kept(TypedDict):
    """What the store holds."""

    uses: dict[str, int]
    users: dict[str, str]
    requests: dict[str, PendingRequest]
    blocked: list[str]


def _nothing() -> _Kept:
    return _Kept(uses={}, users={}, requests={}, blocked=[])


def _store(hass: HomeAssistant, entry_id: str) -> Store[_Kept]:
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True)


class Records:
    """The records of one account (homeassistant.helpers.storage.Store)."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Have nothing yet."""
        self._store = _store(hass, entry_id)
        self._kept = _nothing()

    async def async_load(self) -> None:
        """Take up what was kept."""
        if (kept := await self._store.async_load()) is not None:
            self._kept = _Kept(**{**_nothing(), **kept})

    async def async_save(self) -> None:
        """Keep everything now: at unload, and before what must not happen twice."""
        await self._store.async_save(self._kept)

    @staticmethod
    async def async_forget(hass: HomeAssistant, entry_id: str) -> Mapping[str, str]:
        """Remove the records of an account that is removed; return the users it had made."""
        store = _store(hass, entry_id)
        kept = await store.async_load()
        await store.async_remove()
        return {} if kept is None else kept.get("users", {})

    # Uses, by the id of a grant

    def used(self, grant_id: str) -> int:
        """Return how often a grant was used."""
        return self._kept["uses"].get(grant_id, 0)

    @callback
    def count_use(self, grant_id: str) -> None:
        """Count a use."""
        self._kept["uses"][grant_id] = self.used(grant_id) + 1
        self._changed()

    @callback
    def keep_uses(self, grant_ids: frozenset[str]) -> None:
        """Forget the uses of grants that are no more."""
        gone = self._kept["uses"].keys() - grant_ids
        for grant_id in gone:
            del self._kept["uses"][grant_id]
        if gone:
            self._changed()

    # Users, by the bare JID of a contact

    @property
    def users(self) -> Mapping[str, str]:
        """The ids of the system users that act for contacts."""
        return self._kept["users"]

    @callback
    def set_user(self, jid: str, user_id: str | None) -> None:
        """Note the user of a contact; None: it has none any more."""
        if user_id is None:
            self._kept["users"].pop(jid, None)
        else:
            self._kept["users"][jid] = user_id
        self._changed()

    # Requests to become a friend, by bare JID

    @property
    def requests(self) -> Mapping[str, PendingRequest]:
        """Who asked, and was not answered yet."""
        return self._kept["requests"]

    @callback
    def set_request(self, jid: str, request: PendingRequest | None) -> None:
        """Note a request; None: it is answered."""
        if request is None:
            self._kept["requests"].pop(jid, None)
        else:
            self._kept["requests"][jid] = request
        self._changed()

    # The blocked

    @property
    def blocked(self) -> tuple[str, ...]:
        """The bare JIDs the owner has blocked here."""
        return tuple(self._kept["blocked"])

    @callback
    def set_blocked(self, jid: str, blocked: bool) -> None:
        """Note that somebody is blocked, or is not any more."""
        others = [one for one in self._kept["blocked"] if one != jid]
        self._kept["blocked"] = sorted([*others, jid] if blocked else others)
        self._changed()

    def _changed(self) -> None:
        self._store.async_delay_save(lambda: self._kept, _SAVE_AFTER)

    def as_diagnostics(self) -> Mapping[str, int]:
        """Return how much is kept, without whom it is of."""
        return {
            "uses": len(self._kept["uses"]),
            "users": len(self._kept["users"]),
            "requests": len(self._kept["requests"]),
            "blocked": len(self._kept["blocked"]),
        }
