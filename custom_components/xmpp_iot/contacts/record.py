"""The record: what contacts wanted done, by which grant, and what became of it.

It is in Home Assistant's own events, of which the logbook tells, and in an event entity of each contact. All that
belongs to one request has one Context, whose user is the contact's own: so the history of a light says who.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from functools import partial
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback

from ..const import (
    ATTR_COUNT,
    ATTR_REASON,
    EVENT_COMMAND,
    EVENT_COMMAND_DONE,
    EVENT_COMMAND_FAILED,
    EVENT_QUERY,
    EVENT_REFUSED,
)
from ..wire.errors import StanzaError
from .deed import Deed, Result, cut
from .refusals import Refusal, Refusals

_LOGGER = logging.getLogger(__name__)

type Listener = Callable[[Result, Mapping[str, object], Context], None]
"""Gets what became of a request, with the data of its event."""

_EVENTS: Final = {
    Result.DONE: EVENT_COMMAND_DONE,
    Result.FAILED: EVENT_COMMAND_FAILED,
    Result.REFUSED: EVENT_REFUSED,
}


class Record:
    """The record of one account."""

    def __init__(self, hass: HomeAssistant, user_of: Callable[[str], str]) -> None:
        """Write; `user_of` gives the id of the user in whose name a contact, a bare JID, acts."""
        self._hass = hass
        self._user_of = user_of
        self._refusals = Refusals(hass, self._refused)
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self._under_way: set[str] = set()  # ids of Contexts
        self._is_writing = False
        self._due: deque[Callable[[], None]] = deque()  # what is to be written

    @callback
    def async_stop(self) -> None:
        """Leave no timer, and nothing that is not written."""
        self._catch_up()
        self._refusals.async_stop()

    @callback
    def async_listen(self, bare: str, listener: Listener) -> CALLBACK_TYPE:
        """Call `listener` with what becomes of a contact's requests; returns the end of it."""
        self._listeners[bare].append(listener)
        return lambda: self._listeners[bare].remove(listener)

    @callback
    def async_begin(self, deed: Deed) -> Context:
        """Write that something is about to be done; return the Context to do it in."""
        context = self._context(deed)
        self._under_way.add(context.id)
        self._hass.bus.async_fire(EVENT_COMMAND, deed.data, context=context)
        return context

    @callback
    def is_open(self) -> bool:
        """Return whether something has begun of which the end is not written yet."""
        return bool(self._under_way)

    @callback
    def async_query(self, deed: Deed) -> Context:
        """Write that something is about to be asked that changes nothing: that is all there is to say of it."""
        context = self._context(deed)
        self._hass.bus.async_fire(EVENT_QUERY, deed.data, context=context)
        return context

    @callback
    def async_end(self, deed: Deed, context: Context, failure: str = "") -> None:
        """Write what became of it: done, or why it failed.

        That is written in the next turn of the event loop, or before whatever else is to be written: by then
        whoever waits for it has been told, and does not wait for those who read the record as well.
        """
        self._due.append(partial(self._ended, deed, context, failure))
        if len(self._due) == 1:
            self._hass.loop.call_soon(self._catch_up)

    def _ended(self, deed: Deed, context: Context, failure: str) -> None:
        self._under_way.discard(context.id)
        if failure:
            self._tell(Result.FAILED, deed, context, {ATTR_REASON: cut(failure)})
        else:
            self._tell(Result.DONE, deed, context, {})

    @callback
    def _catch_up(self) -> None:
        """Write what is due, in order; what goes wrong with one is not the fault of who comes next."""
        if (
            self._is_writing
        ):  # whoever reads what is written may have more to be written
            return
        self._is_writing = True
        try:
            while self._due:
                self._write(self._due.popleft())
        finally:
            self._is_writing = False

    @staticmethod
    def _write(entry: Callable[[], None]) -> None:
        try:
            entry()
        except Exception:
            _LOGGER.exception("The end of an order could not be recorded")

    @callback
    def async_refuse(self, deed: Deed, error: StanzaError) -> None:
        """Write that something was refused; the same again, and too many others, at the end of the minute."""
        reason = cut(error.text) or error.condition
        self._refusals.async_add(
            Refusal(deed=deed, reason=reason, condition=error.condition)
        )

    @callback
    def _refused(self, refusal: Refusal) -> None:
        self._tell(
            Result.REFUSED,
            refusal.deed,
            self._context(refusal.deed),
            {ATTR_REASON: refusal.reason, ATTR_COUNT: refusal.count},
        )

    def _tell(
        self, result: Result, deed: Deed, context: Context, more: Mapping[str, object]
    ) -> None:
        data = {**deed.data, **more}
        self._hass.bus.async_fire(_EVENTS[result], data, context=context)
        for listener in tuple(self._listeners.get(deed.contact.jid, ())):
            listener(result, data, context)

    def _context(self, deed: Deed) -> Context:
        """Return the Context of what is written next."""
        self._catch_up()
        return Context(user_id=self._user_of(deed.contact.jid))
