"""The one way in: every actuation, whatever it came by, becomes one Home Assistant action here.

The gate is asked right before it. One entity id per action, in the name of a non-admin system user,
blocking, never after its expiry, and on record: the events fired before and after the action share its Context,
so that the logbook of the entity says who.
"""

import asyncio
from collections.abc import Iterable, Mapping
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

from ..contacts.deed import Deed
from ..contacts.grants import Contact, Decision, Grant, Grants, Level, Verdict
from ..contacts.record import Record
from ..contacts.wording import Wording
from ..wire.errors import (
    BadRequest,
    Expired,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    RecipientUnavailable,
    RemoteTimeout,
    StanzaError,
    on_record,
)
from ..wire.model import Caller
from ..wire.once import End, Unfinished
from .attributes import lets_in
from .entity_ids import entities_in
from .guard import require

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
    level: Level
    entity_id: str
    action: str
    data: Mapping[str, object]
    expires: datetime
    asker: str = ""  # the contact's full JID
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

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        grants: Grants,
        record: Record,
    ) -> None:
        """Do what `grants` allows, and say so in `record`; what runs longer than its asker waits belongs to `entry`."""
        self._hass = hass
        self._entry = entry
        self._grants = grants
        self.record = record

    def decide(self, act: Act) -> Decision:
        """Return what the gate says of an act now."""
        return self._grants.decide(
            act.contact.jid, act.level, act.entity_id, act.action, act.data
        )

    def check(self, act: Act, *, asking: bool = False) -> Decision:
        """Return what allows `act`; raise the StanzaError that says why it cannot be carried out, as far as is known now.

        `asking`: it is enough that the owner can be asked for it.
        """
        in_time(act.expires)
        decision = self.decide(act)
        if not (asking and decision.verdict is Verdict.ASK):
            require(decision.verdict)
        state = self._hass.states.get(act.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            # Home Assistant passes over an unavailable entity and calls that a success.
            raise RecipientUnavailable(f"{act.entity_id} is unavailable.")
        domain, _ = split_entity_id(act.entity_id)
        services = self._hass.services.async_services_for_domain(domain)
        if (service := services.get(act.action)) is None:
            raise FeatureNotImplemented(f"There is no action {domain}.{act.action}.")
        try:
            if service.schema is not None:
                service.schema({**act.data, ATTR_ENTITY_ID: act.entity_id})
        except vol.Invalid as err:
            raise BadRequest(str(err)) from err
        return decision

    async def perform(self, act: Act) -> Mapping[str, object]:
        """Carry out `act` and return when it is done; raise the StanzaError that says why not.

        Returns what Home Assistant answers of the entity, nothing unless the act is one that answers.
        """
        wording = await Wording.of(self._hass)
        decision = self.check(act)
        await self._grants.spend(act.contact.jid, decision)
        # Counting a use takes its time: what was taken from the contact meanwhile is not done.
        in_time(act.expires)
        if not self._grants.holds(act.contact.jid, act.entity_id, decision):
            require(Verdict.INVISIBLE)
        domain, _ = split_entity_id(act.entity_id)
        deed = self._deed(act, decision, wording)
        begin = self.record.async_query if act.answers else self.record.async_begin
        context = begin(deed)
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
        if not call.done():
            await self._wait(call, act, deed, context)
        self._judge(call, act, deed, context)
        return _of_entity(call.result(), act.entity_id)

    async def _wait(
        self,
        call: asyncio.Task[ServiceResponse],
        act: Act,
        deed: Deed,
        context: Context,
    ) -> None:
        """Return when `call` has ended; raise Unfinished where that takes too long, and see to its end without."""
        late = Unfinished(
            f"Not finished after {ANSWER_WITHIN.total_seconds():.0f} s; the result is unknown."
        )
        # The wait may end, the action must not: cancelled half-way, nobody knows what was done.
        has_ended = False
        try:
            await asyncio.wait({call}, timeout=ANSWER_WITHIN.total_seconds())
            has_ended = call.done()
        finally:  # the asker may also have been sent away, at unload
            if not has_ended:
                late.end = end = self._hass.loop.create_future()
                call.add_done_callback(partial(self._late, act, deed, context, end))
        if not has_ended:
            raise on_record(late)

    async def note(
        self,
        contact: Contact,
        action: str,
        about: Mapping[str, str],
        entities: Iterable[str],
        *,
        asker: str,
        changes: bool = True,
    ) -> None:
        """Put on record what a contact has done to entities that is no action; `about` says to what."""
        wording = await Wording.of(self._hass)
        decisions = [
            self._grants.decide(contact.jid, Level.COMMAND, one) for one in entities
        ]
        by = {one.grant.id: one.grant for one in decisions if one.grant is not None}
        deed = Deed(
            contact=contact,
            asker=asker,
            action=action,
            about={key: it for key, it in about.items() if key != ATTR_NAME},
            name=about[ATTR_NAME],
            grant=", ".join(by),
            granted_by=", ".join(self._words(one, wording) for one in by.values()),
        )
        if changes:
            self.record.async_end(deed, self.record.async_begin(deed))
        else:
            self.record.async_query(deed)

    def _deed(self, act: Act, decision: Decision, wording: Wording) -> Deed:
        """Return an act as it is put on record."""
        state, grant = self._hass.states.get(act.entity_id), decision.grant
        granted_by = ""
        if decision.once is not None:
            granted_by = wording.say("allowed_once")
        elif grant is not None:
            granted_by = self._words(grant, wording)
        return Deed(
            contact=act.contact,
            asker=act.asker,
            action=act.action,
            about={ATTR_ENTITY_ID: act.entity_id},
            name=str(state.name) if state else act.entity_id,
            grant=grant.id if grant is not None else "",
            granted_by=granted_by,
        )

    def _words(self, grant: Grant, wording: Wording) -> str:
        return wording.async_grant(grant, self._grants.uses_left(grant))

    def _judge(
        self,
        call: asyncio.Task[ServiceResponse],
        act: Act,
        deed: Deed,
        context: Context,
    ) -> None:
        """Put on record what became of an ended `call`; raise what it failed with, as the error its asker gets."""
        if call.cancelled():
            self.record.async_end(deed, context, "stopped")
            raise on_record(
                RemoteTimeout("The house is stopping; the result is unknown.")
            )
        if (error := call.exception()) is None:
            if not act.answers:
                self.record.async_end(deed, context)
            return
        reason = str(error) or type(error).__name__
        self.record.async_end(deed, context, reason)
        for kind, refusal in _REFUSALS:
            if isinstance(error, kind):
                raise on_record(refusal(_told(reason, act))) from error
        _LOGGER.error(
            "Action %s on %s failed unexpectedly",
            act.action,
            act.entity_id,
            exc_info=error,
        )
        raise on_record(
            InternalServerError("The action failed unexpectedly.")
        ) from error

    def _late(
        self,
        act: Act,
        deed: Deed,
        context: Context,
        end: End,
        call: asyncio.Task[ServiceResponse],
    ) -> None:
        """Put on record what became of an action whose asker was not told any more, and tell who asks again."""
        try:
            self._judge(call, act, deed, context)
        except StanzaError as error:
            end.set_result(error)
        else:
            end.set_result(None)


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
