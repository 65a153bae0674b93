"""What can go wrong on the wire, as one small hierarchy.

Each `StanzaError` knows its stanza error condition and type (RFC 6120 section 8.3), so that whoever
raises one does not know about XML and the edge, which sends it, does not know about causes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar
from xml.etree.ElementTree import Element


class WireError(Exception):
    """Anything this room raises on purpose."""


class StanzaError(WireError):
    """A request ends in a stanza error (RFC 6120 section 8.3)."""

    condition: ClassVar[str] = "undefined-condition"
    kind: ClassVar[str] = "cancel"
    on_record = False
    """Whether somebody has written down already that this was refused, or failed."""

    def __init__(
        self,
        text: str = "",
        *,
        parameters: Mapping[str, str] | None = None,
        children: tuple[Element, ...] = (),
        payload: Element | None = None,
    ) -> None:
        """Explain in `text`; `parameters` says per parameter or form field what is wrong.

        On the wire `children` stand inside <error/> after the condition and the text, and `payload` stands
        beside <error/>, as the in-band result of the XSF dialect wants it.
        """
        super().__init__(text)
        self.text = text
        self.parameters: Mapping[str, str] = MappingProxyType(dict(parameters or {}))
        self.children = children
        self.payload = payload


def on_record[Error: StanzaError](error: Error) -> Error:
    """Return the error, marked as one that is written down already."""
    error.on_record = True
    return error


class BadRequest(StanzaError):
    """The request is malformed, or a value is of the wrong type or out of range."""

    condition = "bad-request"
    kind = "modify"


class Conflict(StanzaError):
    """Something of that name exists or runs already."""

    condition = "conflict"


class Forbidden(StanzaError):
    """The asker sees the node and may not do this to it."""

    condition = "forbidden"
    kind = "auth"


class ItemNotFound(StanzaError):
    """The node does not exist, or is not visible to the asker: both look the same."""

    condition = "item-not-found"


class FeatureNotImplemented(StanzaError):
    """The operation is not one this side performs."""

    condition = "feature-not-implemented"


class NotAcceptable(StanzaError):
    """A form was rejected; `parameters` says which field and why."""

    condition = "not-acceptable"
    kind = "modify"


class ServiceUnavailable(StanzaError):
    """Nobody is here for the asker."""

    condition = "service-unavailable"


class ResourceConstraint(StanzaError):
    """The request is too large, or too many are running."""

    condition = "resource-constraint"
    kind = "wait"


class Expired(StanzaError):
    """The request came too late to be carried out (nothing was done)."""

    condition = "unexpected-request"
    kind = "wait"


class Asked(StanzaError):
    """The owner of the house was asked and has not answered yet: nothing was done, and a repeat may be."""

    kind = "wait"


class InternalServerError(StanzaError):
    """The house tried and failed, with its reason in the text."""

    condition = "internal-server-error"
    kind = "wait"


class RecipientUnavailable(StanzaError):
    """The node is known and out of reach now."""

    condition = "recipient-unavailable"
    kind = "wait"


class RemoteTimeout(StanzaError):
    """The house began and has no result yet: whether it will be done is unknown."""

    condition = "remote-server-timeout"
    kind = "wait"


class RemoteError(StanzaError):
    """The peer answered with a stanza error; `condition` and `kind` are the peer's."""

    def __init__(self, condition: str, kind: str, text: str = "") -> None:
        """Carry what the peer said."""
        super().__init__(text or condition)
        self.remote_condition = condition
        self.remote_kind = kind


class NotConnected(WireError):
    """There is no session now, so nothing was sent."""


class NoAnswer(WireError):
    """The request was sent and no answer came in time: whether it was done is unknown."""


class LoginError(WireError):
    """The account cannot log in; each subclass is one reason a person can act upon."""


class InvalidAddress(LoginError):
    """The JID is not a valid bare JID with a local part."""


class AuthenticationFailed(LoginError):
    """The server refused the password."""


class Unreachable(LoginError):
    """No server answered at the account's address."""


class Ended(Unreachable):
    """The server is there, and cannot go on with us for a reason that passes: it stops, or is not well."""


class SentAway(Unreachable):
    """The server is there and does not want us now: who comes back at once is sent away again."""


class Replaced(SentAway):
    """Somebody else has logged in with the account's resource, and the server lets only one of us be there."""


class CertificateRejected(LoginError):
    """The server's certificate is not trusted; the text says what is wrong with it."""


class EncryptionUnavailable(LoginError):
    """The server offers no TLS, so nothing was sent to it."""


class NoMechanism(LoginError):
    """The server offers no authentication mechanism that keeps the password secret."""
