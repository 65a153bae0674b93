"""Somebody unknown asks to become a friend: the owner is shown who, when and with what words, and decides.

Nobody is let in by asking, and nobody is told anything meanwhile. What is kept is bounded, and so is what a
domain can have the owner shown.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryChange,
    ConfigFlowContext,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..const import ATTR_ACCOUNT, ATTR_REQUEST, DOMAIN
from ..wire.presence import SubscriptionRequest
from ..wire.rate import Buckets, Limit
from .grants import Grants
from .records import PendingRequest, Records
from .wording import Wording, escaped, moment

_LOGGER = logging.getLogger(__name__)

MOST: Final = 100  # requests that wait for an answer
_HOUR: Final = timedelta(hours=1).total_seconds()
OF_A_DOMAIN: Final = Limit(3 / _HOUR, 3)
OF_ALL: Final = Limit(20 / _HOUR, 20)


class FirstContact:
    """The requests of strangers that wait for the owner of an account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        records: Records,
        grants: Grants,
        others: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Show nothing yet; requests are kept in `records` until `grants` admits who asked.

        `others` names those who are no contacts and let in all the same: houses that are linked.
        """
        self._hass = hass
        self._entry = entry
        self._records = records
        self._grants = grants
        self._others = others
        self._domains = Buckets(OF_A_DOMAIN, clock=hass.loop.time)
        self._all = Buckets(OF_ALL, clock=hass.loop.time)
        self._is_quiet = False  # about what is passed over
        self._unsubscribe: list[CALLBACK_TYPE] = []

    @callback
    def async_start(self) -> None:
        """Show again who waits for an answer."""
        self._unsubscribe = [
            self._grants.async_listen(self._contacts_changed),
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            ),
        ]
        self._contacts_changed()
        for request in tuple(self._records.requests.values()):
            if self._is_ignored(request["jid"]):  # since then
                self.async_settle(request["jid"])
            else:
                self._show(request)

    @callback
    def async_stop(self) -> None:
        """Show nobody any more, until the next start; safe to call again."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        for jid in self._records.requests:
            self._withdraw(jid)

    @callback
    def async_requested(self, request: SubscriptionRequest) -> None:
        """Take the request of somebody who is no friend."""
        jid = request.bare
        if (
            jid in self._records.requests
            or jid in self._records.blocked
            or self._is_ignored(jid)
        ):
            return
        if not self._has_room(jid):
            if not self._is_quiet:
                _LOGGER.warning(
                    "More ask to become friends than are shown; %s is passed over", jid
                )
            self._is_quiet = True
            return
        self._is_quiet = False
        _LOGGER.info("%s asks to become a friend", jid)
        pending = PendingRequest(
            jid=jid,
            name=request.nickname,
            message=request.message,
            at=dt_util.utcnow().isoformat(),
        )
        self._records.set_request(jid, pending)
        self._show(pending)

    @callback
    def async_settle(self, jid: str) -> None:
        """Show somebody no more, however they were answered."""
        self._withdraw(jid)
        if jid in self._records.requests:
            self._records.set_request(jid, None)

    def _has_room(self, jid: str) -> bool:
        """Return whether one more can be shown; servers repeat requests at every log-in."""
        if len(self._records.requests) >= MOST:
            return False
        domain = jid.rpartition("@")[2]
        return self._domains.take(domain) and self._all.take()

    def _is_ignored(self, jid: str) -> bool:
        """Return whether the owner has ignored somebody, as anything discovered can be."""
        known = self._hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, unique_id(self._entry, jid)
        )
        return known is not None

    @callback
    def _contacts_changed(self) -> None:
        for jid in tuple(self._records.requests):
            if self._grants.admits(jid) or jid in self._others():
                self.async_settle(jid)

    @callback
    def _entry_changed(
        self, change: ConfigEntryChange, entry: ConfigEntry[Any]
    ) -> None:
        """Take note of whom the owner ignores, and of what is linked."""
        if entry is self._entry:
            self._contacts_changed()
        if change is not ConfigEntryChange.ADDED or entry.source != SOURCE_IGNORE:
            return
        for jid in tuple(self._records.requests):
            if (entry.domain, entry.unique_id) == (DOMAIN, unique_id(self._entry, jid)):
                self.async_settle(jid)

    def _show(self, request: PendingRequest) -> None:
        """Show who asks, as something discovered and as a notification."""
        discovery_flow.async_create_flow(
            self._hass,
            DOMAIN,
            context=ConfigFlowContext(source=SOURCE_INTEGRATION_DISCOVERY),
            data={ATTR_ACCOUNT: self._entry.entry_id, ATTR_REQUEST: request},
        )
        wording = Wording.async_cached(self._hass)
        parts = {
            "name": escaped(called(request)),
            "account": escaped(self._entry.title),
            "moment": moment(datetime.fromisoformat(request["at"])),
            "message": escaped(request["message"]),
        }
        key = "friend_request_said" if request["message"] else "friend_request_text"
        persistent_notification.async_create(
            self._hass,
            wording.say(key, **parts),
            wording.say("friend_request_title"),
            self._notification(request["jid"]),
        )

    def _withdraw(self, jid: str) -> None:
        """Take back what shows somebody."""
        persistent_notification.async_dismiss(self._hass, self._notification(jid))
        flows = self._hass.config_entries.flow
        for flow in flows.async_progress_by_handler(
            DOMAIN,
            include_uninitialized=True,
            # (the flow by which the owner ignores somebody goes on to its end)
            match_context={
                "source": SOURCE_INTEGRATION_DISCOVERY,
                "unique_id": unique_id(self._entry, jid),
            },
        ):
            flows.async_abort(flow["flow_id"])

    def _notification(self, jid: str) -> str:
        return f"{DOMAIN}_{self._entry.entry_id}_{jid}"


def unique_id(entry: ConfigEntry[Any], jid: str) -> str:
    """Return what is one and the same request, for Home Assistant."""
    return f"{entry.unique_id}:{jid}"


def called(request: PendingRequest) -> str:
    """Return what somebody calls themselves, and who they are in any case."""
    jid = request["jid"]
    return f"{request['name']} ({jid})" if request["name"] else jid


async def async_forget_ignored(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Remove whom the owner of an account has ignored, when the account is removed."""
    for one in hass.config_entries.async_entries(DOMAIN):
        if one.source == SOURCE_IGNORE and str(one.unique_id).startswith(
            unique_id(entry, "")
        ):
            await hass.config_entries.async_remove(one.entry_id)
