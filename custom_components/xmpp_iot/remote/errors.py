"""What goes wrong over there, as Home Assistant says it here: translated, with the other house's reason."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..wire.errors import NoAnswer, NotConnected, RemoteError, StanzaError, WireError


class NotSent(WireError):
    """An order was never sent; `key` is that of the words for it."""

    def __init__(self, key: str) -> None:
        """Say why."""
        super().__init__(key)
        self.key = key


# The asker's fault, by the stanza error's condition; everything else is the house's, or nobody's.
_INVALID = frozenset({"bad-request", "not-acceptable", "item-not-found"})
_REASONS = {
    "forbidden": "remote_forbidden",
    "not-authorized": "remote_forbidden",
    "service-unavailable": "remote_not_there",
    "item-not-found": "remote_not_found",
    "recipient-unavailable": "remote_unavailable",
    "unexpected-request": "remote_expired",
    "remote-server-timeout": "remote_unknown",
    "feature-not-implemented": "remote_not_implemented",
}


def as_home_assistant_error(err: WireError, house: str) -> HomeAssistantError:
    """Return the error to raise from `err`, of the house that people call `house`."""
    placeholders = {"house": house, "reason": reason_of(err)}
    kind: type[HomeAssistantError] = HomeAssistantError
    match err:
        case NotSent():
            key = err.key
        case NotConnected():
            key = "not_connected"
        case NoAnswer():
            key = "remote_no_answer"
        case RemoteError(remote_condition=condition):
            key = _REASONS.get(condition, "remote_failed")
            if condition in _INVALID:
                kind = ServiceValidationError
        case _:
            key = "remote_failed"
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def reason_of(err: WireError) -> str:
    """Return what was wrong: in the words of the house, with what it says of each parameter."""
    if not isinstance(err, StanzaError):
        return str(err)
    wordless = isinstance(err, RemoteError) and err.text == err.remote_condition
    text = "" if wordless else err.text
    wrong = (f"{name}: {reason}" for name, reason in err.parameters.items())
    # (some say it in their words, too)
    said = " ".join(filter(None, (text, *(one for one in wrong if one not in text))))
    return said or err.text or err.condition
