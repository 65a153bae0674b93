"""Stanzas as text (RFC 6120 section 8): what the session wraps around the payloads of others."""

from typing import Final, Literal

from .errors import RemoteError, ResourceConstraint, StanzaError
from .xml import Element, clark, escape, split_tag, to_text

type Kind = Literal["get", "set"]

MAX_SIZE: Final = (
    250_000  # bytes; a server closes the stream of who sends more than 256 kB
)
CLIENT: Final = "jabber:client"
ERROR: Final = clark(CLIENT, "error")
_STANZAS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"
_TEXT: Final = clark(_STANZAS, "text")


def _stanza(name: str, attributes: dict[str, str | None], content: str) -> str:
    """Return a stanza; ResourceConstraint where no server would take it."""
    written = "".join(
        f' {key}="{escape(value)}"' for key, value in attributes.items() if value
    )
    text = f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"
    if len(text) > MAX_SIZE // 4 and len(text.encode()) > MAX_SIZE:
        raise ResourceConstraint("This is too large for one stanza.")
    return text


def render(payload: Element | str) -> str:
    """Return `payload` as text for use inside a stanza."""
    return payload if isinstance(payload, str) else to_text(payload, CLIENT)


def iq(
    kind: str,
    identifier: str,
    to: str | None,
    payload: Element | str | None = None,
    language: str | None = None,
) -> str:
    """Return an <iq/>."""
    attributes = {"type": kind, "id": identifier, "to": to, "xml:lang": language}
    return _stanza("iq", attributes, "" if payload is None else render(payload))


def error_iq(identifier: str, to: str, error: StanzaError) -> str:
    """Return the <iq/> that says `error` (RFC 6120 section 8.3)."""
    beside = "" if error.payload is None else render(error.payload)
    text = f'<text xmlns="{_STANZAS}">{escape(error.text)}</text>' if error.text else ""
    inside = "".join(render(child) for child in error.children)
    return iq(
        "error",
        identifier,
        to,
        f'{beside}<error type="{error.kind}">'
        f'<{error.condition} xmlns="{_STANZAS}"/>{text}{inside}</error>',
    )


def message(to: str, kind: str, payload: Element | str) -> str:
    """Return a <message/>."""
    return _stanza("message", {"type": kind, "to": to}, render(payload))


def presence(
    kind: str | None = None, to: str | None = None, payload: Element | str = ""
) -> str:
    """Return a <presence/>; one without kind says that the resource is available."""
    return _stanza("presence", {"type": kind, "to": to}, render(payload))


def remote_error(answer: Element) -> RemoteError:
    """Return what an <iq/> of type error says; its condition is undefined-condition where it says nothing."""
    error = answer.find(ERROR)
    if error is None:
        found = RemoteError("undefined-condition", "cancel")
    else:
        conditions = [
            split_tag(child.tag)[1]
            for child in error
            if child.tag != _TEXT and split_tag(child.tag)[0] == _STANZAS
        ]
        found = RemoteError(
            conditions[0] if conditions else "undefined-condition",
            error.get("type", "cancel"),
            error.findtext(_TEXT, ""),
        )
        found.children = tuple(
            child for child in error if split_tag(child.tag)[0] != _STANZAS
        )
    found.payload = next((child for child in answer if child.tag != ERROR), None)
    return found
