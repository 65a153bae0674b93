"""The one way in: every actuation, whatever it came by, becomes one Home Assistant action here.

One entity id per action, in the name of our own non-admin system user, blocking, never after its expiry,
and on record: the event fired before the action shares its Context, so that the logbook of the entity
says who.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Final

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant, ServiceResponse, split_entity_id
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceNotFound,
    ServiceNotSupported,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.util import dt as dt_util

from ..const import (
    ATTR_ACTION,
    ATTR_CONTACT,
    ATTR_REASON,
    CONF_JID,
    EVENT_COMMAND,
    EVENT_COMMAND_FAILED,
    EVENT_QUERY,
)
from ..contacts.grants import Contact
from ..wire.errors import (
    BadRequest,
    Expired,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    RecipientUnavailable,
    RemoteTimeout,
    StanzaError,
)
from ..wire.model import Caller
from .attributes import lets_in
from .entity_ids import entities_in

_LOGGER = logging.getLogger(__name__)

DEFAULT_EXPIRY: Final = timedelta(seconds=10)
# A cover may take its time; whoever asks by IQ wants an answer before giving up on us.
ANSWER_WITHIN: Final = timedelta(seconds=30)

# The most exact first: ServiceValidationError and the others are all HomeAssistantErrors.
_REFUSALS: Final[tuple[tuple[type[Exception], type[StanzaError]], ...]] = (
    (ServiceNotSupported, FeatureNotImplemented),
    (ServiceNotFound, FeatureNotImplemented),
    (NotImplementedError, FeatureNotImplemented),
    (Unauthorized, Forbidden),
    (ServiceValidationError, BadRequest),
    (vol.Invalid, BadRequest),
    (ValueError, BadRequest),
    (HomeAssistantError, InternalServerError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one contact wants done to one entity, and until when it may be begun."""

    contact: Contact
    entity_id: str
    action: str
    data: Mapping[str, object]
    expires: datetime
    answers: bool = False
    """The action does nothing but answer: on record, and not among what was done."""


def expiry(caller: Caller, stamped: datetime | None) -> datetime:
    """Return until when a request may be carried out: as its sender stamped it, else 10 s."""
    return stamped or caller.sent_at + DEFAULT_EXPIRY


def in_time(expires: datetime) -> None:
    """Raise Expired once the time is over until when a request may be carried out."""
    if (late := dt_util.utcnow() - expires) >= timedelta():
        seconds = late.total_seconds()
        raise Expired(f"Not carried out: expired {seconds:.1f} s ago.")


class Actions:
    """Performs actions for contacts."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, user_id: str) -> None:
        """Act as system user `user_id`; what runs longer than its asker waits belongs to `entry`."""
        self._hass = hass
        self._entry = entry
        self._user_id = user_id

    def check(self, act: Act) -> None:
        """Raise the StanzaError that says why `act` cannot be carried out, as far as is known now."""
        in_time(act.expires)
        state = self._hass.states.get(act.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            # Home Assistant passes over an unavailable entity and calls that a success.
            raise RecipientUnavailable(f"{act.entity_id} is unavailable.")
        domain, _ = split_entity_id(act.entity_id)
        services = self._hass.services.async_services_for_domain(domain)
        if (service := services.get(act.action)) is None:
            raise FeatureNotImplemented(f"There is no action {domain}.{act.action}.")
        if service.schema is None:
            return
        try:
            service.schema({**act.data, ATTR_ENTITY_ID: act.entity_id})
        except vol.Invalid as err:
            raise BadRequest(str(err)) from err

    async def perform(self, act: Act) -> Mapping[str, object]:
        """Carry out `act` and return when it is done; raise the StanzaError that says why not.

        Returns what Home Assistant answers of the entity, nothing unless the act is one that answers.
        """
        self.check(act)
        domain, _ = split_entity_id(act.entity_id)
        context = Context(user_id=self._user_id)
        self._record(EVENT_QUERY if act.answers else EVENT_COMMAND, act, context)
        call = self._entry.async_create_background_task(
            self._hass,
            self._hass.services.async_call(
                domain,
                act.action,
                {**act.data, ATTR_ENTITY_ID: act.entity_id},
                blocking=True,
                context=context,
                return_response=act.answers,
            ),
            f"xmpp_iot {domain}.{act.action}",
        )
        # The wait may end, the action must not: cancelled half-way, nobody knows what was done.
        try:
            await asyncio.wait({call}, timeout=ANSWER_WITHIN.total_seconds())
        finally:  # the asker may also have been sent away, at unload
            if not call.done():
                call.add_done_callback(partial(self._late, act, context))
        if not call.done():
            raise RemoteTimeout(
                f"Not finished after {ANSWER_WITHIN.total_seconds():.0f} s; the result is unknown."
            )
        self._judge(call, act, context)
        return _of_entity(call.result(), act.entity_id)

    def note(
        self,
        contact: Contact,
        deed: str,
        about: Mapping[str, str],
        event: str = EVENT_COMMAND,
    ) -> None:
        """Put on record what a contact has done that is no action; `about` says to what."""
        self._hass.bus.async_fire(
            event,
            {
                **about,
                ATTR_ACTION: deed,
                ATTR_CONTACT: contact.name,
                CONF_JID: contact.jid,
            },
            context=Context(user_id=self._user_id),
        )

    def _judge(
        self, call: asyncio.Task[ServiceResponse], act: Act, context: Context
    ) -> None:
        """Raise what the ended `call` failed with, as the error its asker gets."""
        if call.cancelled():
            self._failed(act, context, "stopped")
            raise InternalServerError("The house is stopping; the result is unknown.")
        if (error := call.exception()) is None:
            return
        reason = str(error) or type(error).__name__
        self._failed(act, context, reason)
        for kind, refusal in _REFUSALS:
            if isinstance(error, kind):
                raise refusal(_told(reason, act)) from error
        _LOGGER.error(
            "Action %s on %s failed unexpectedly",
            act.action,
            act.entity_id,
            exc_info=error,
        )
        raise InternalServerError("The action failed unexpectedly.") from error

    def _late(
        self, act: Act, context: Context, call: asyncio.Task[ServiceResponse]
    ) -> None:
        """Put on record what became of an action whose asker was not told any more."""
        with suppress(StanzaError):  # the record is all there is to do
            self._judge(call, act, context)

    def _failed(self, act: Act, context: Context, reason: str) -> None:
        self._record(EVENT_COMMAND_FAILED, act, context, {ATTR_REASON: reason})

    def _record(
        self,
        event: str,
        act: Act,
        context: Context,
        more: Mapping[str, str] | None = None,
    ) -> None:
        state = self._hass.states.get(act.entity_id)
        self._hass.bus.async_fire(
            event,
            {
                ATTR_ENTITY_ID: act.entity_id,
                ATTR_NAME: str(state.name) if state else act.entity_id,
                ATTR_ACTION: act.action,
                ATTR_CONTACT: act.contact.name,
                CONF_JID: act.contact.jid,
                **(more or {}),
            },
            context=context,
        )


def _told(reason: str, act: Act) -> str:
    """Return what its asker is told of why an action failed: no secret, and of no other entity."""
    domain, _ = split_entity_id(act.entity_id)
    known = {
        act.entity_id,
        f"{domain}.{act.action}",
    }  # an action's name looks like an id
    if lets_in(reason) or entities_in(reason) - known:
        return "The action failed."
    return reason


def _of_entity(response: ServiceResponse, entity_id: str) -> Mapping[str, object]:
    """Return an entity's part of what an action answered; some answer for no entity in particular."""
    answer = response or {}
    part = answer.get(entity_id, answer)
    return part if isinstance(part, Mapping) else {entity_id: part}
