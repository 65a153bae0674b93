"""Dynamic forms (XEP-0336): while a form is filled in, the house is asked about what is there so far.

A form with a field that is worth asking about carries the name of a session in a hidden field. Whoever was
given the form sends it back unfinished and gets it anew. The session remembers what to ask, and nothing of
what was filled in.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
import secrets
from typing import Final

from .call import Call, Routes, require_set
from .dialects import Dialect
from .errors import BadRequest, ItemNotFound
from .form_model import Form, FormField, FormFieldType, Submission
from .forms import DYNAMIC, SESSION, X, decode_session, decode_submission, encode_form
from .model import Caller
from .provider import Transport
from .xml import Element, clark

MAX_SESSIONS: Final = 20  # of one contact; with one more the oldest is forgotten

type Again = Callable[[Caller, Submission], Awaitable[Form]]


@dataclass(frozen=True, slots=True)
class _Session:
    """Who fills in a form, in which dialect it was asked for, and how to ask for it again."""

    jid: str  # full JID
    dialect: Dialect
    again: Again


class FormSessions:
    """All forms that are being filled in and worth asking about, each for the full JID it was given to."""

    def __init__(self, transport: Transport) -> None:
        """Forget the sessions of those who are gone, as `transport` tells."""
        self._transport = transport
        # By bare JID and name; the one used last is the last.
        self._sessions: dict[str, dict[str, _Session]] = {}
        self._unregister: Callable[[], None] | None = None

    def opened(self, call: Call, form: Form, again: Again) -> Form:
        """Return the form that answers `call`, with a session where one of its fields is worth asking about.

        `again` returns the same form for what was filled in so far, or refuses, by then.
        """
        if not any(field.post_back for field in form.fields):
            return form
        name = secrets.token_hex(16)
        self._keep(call.caller, name, _Session(call.caller.jid, call.dialect, again))
        return _named(form, name)

    def submitted(self, call: Call) -> None:
        """Forget the session of the form in `call`: it is filled in."""
        form = call.payload.find(X)
        name = "" if form is None else decode_session(form)
        if self._session(call.caller, name) is not None:
            self._end(call.caller, name)

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers: the same in all dialects, because a session knows its own."""
        return {
            clark(DYNAMIC, "submit"): self._submit,
            clark(DYNAMIC, "cancel"): self._cancel,
        }

    def start(self) -> None:
        """Begin to notice who is gone."""
        self._unregister = self._transport.on_gone(self._forget)

    async def stop(self) -> None:
        """Forget everything."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        self._forget(None)

    async def _submit(self, call: Call) -> Element | None:
        """Ask again for the form, and return it."""
        require_set(call)
        form = _form(call.payload)
        draft = decode_submission(form)
        name, session = self._found(call.caller, form)
        self._keep(call.caller, name, session)
        anew = await session.again(call.caller, draft)
        return encode_form(_named(anew, name), session.dialect)

    async def _cancel(self, call: Call) -> Element | None:
        require_set(call)
        name, _ = self._found(call.caller, _form(call.payload))
        self._end(call.caller, name)
        return None

    def _keep(self, caller: Caller, name: str, session: _Session) -> None:
        """Make a session the contact's last one, and forget what is too old."""
        sessions = self._sessions.setdefault(caller.bare, {})
        sessions.pop(name, None)
        sessions[name] = session
        if len(sessions) > MAX_SESSIONS:
            del sessions[next(iter(sessions))]

    def _found(self, caller: Caller, form: Element) -> tuple[str, _Session]:
        """Return the session a form names; one of somebody else does not exist."""
        name = decode_session(form)
        if (session := self._session(caller, name)) is None:
            raise ItemNotFound("There is no such form any more.")
        return name, session

    def _session(self, caller: Caller, name: str) -> _Session | None:
        session = self._sessions.get(caller.bare, {}).get(name)
        return session if session and session.jid == caller.jid else None

    def _end(self, caller: Caller, name: str) -> None:
        sessions = self._sessions[caller.bare]
        del sessions[name]
        if not sessions:
            del self._sessions[caller.bare]

    def _forget(self, jid: str | None) -> None:
        """Forget the sessions of a full JID; None is everybody."""
        if jid is None:
            self._sessions.clear()
            return
        bare = jid.partition("/")[0]
        left = {
            name: session
            for name, session in self._sessions.pop(bare, {}).items()
            if session.jid != jid
        }
        if left:
            self._sessions[bare] = left


def _form(payload: Element) -> Element:
    forms = payload.findall(X)
    if len(forms) != 1:
        raise BadRequest("There is one form to say something about.")
    return forms[0]


def _named(form: Form, name: str) -> Form:
    """Return the form with the session's name in it."""
    session = FormField(var=SESSION, type=FormFieldType.HIDDEN, values=(name,))
    return replace(form, fields=(*form.fields, session))
