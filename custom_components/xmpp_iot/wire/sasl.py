"""Which ways to authenticate keep the password secret, and what it means when they fail (RFC 6120 section 6)."""

from base64 import b64decode
from collections.abc import Sequence
import ssl
from typing import Final

from .errors import AuthenticationFailed, LoginError, SentAway
from .xml import Element, clark, split_tag

SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
MECHANISMS: Final = frozenset(
    f"SCRAM-SHA-{digest}{suffix}"
    for digest in ("1", "256", "512")
    for suffix in ("", "-PLUS")
)
MAX_ITERATIONS: Final = 100_000  # of SCRAM; servers have 4096 to 10,000

_MECHANISM: Final = f"{clark(SASL, 'mechanisms')}/{clark(SASL, 'mechanism')}"
# These say nothing of the password (RFC 6120 section 6.5).
_PASSING: Final = frozenset({"temporary-auth-failure", "aborted"})


def offered_mechanisms(features: Element) -> set[str]:
    """Return the names of the mechanisms in a server's stream features."""
    return {mechanism.text or "" for mechanism in features.iterfind(_MECHANISM)}


def allowed_mechanisms(tls_version: str | None) -> frozenset[str]:
    """Return the mechanisms for a connection; -PLUS where Python can bind to the channel (cpython 95341)."""
    if tls_version != "TLSv1.3" or "tls-exporter" in ssl.CHANNEL_BINDING_TYPES:
        return MECHANISMS
    return frozenset(one for one in MECHANISMS if not one.endswith("-PLUS"))


def check_challenge(challenge: Element) -> None:
    """Raise ValueError for more work than a log-in is worth: slixmpp derives the key in the event loop."""
    for part in b64decode(challenge.text or "").split(b","):
        if part.startswith(b"i=") and not 0 < int(part[2:]) <= MAX_ITERATIONS:
            raise ValueError(f"more than {MAX_ITERATIONS} iterations")


def condition(error: Element) -> str:
    """Return the condition of a stream or SASL error (RFC 6120 sections 4.9.3 and 6.5)."""
    return split_tag(error[0].tag)[1] if len(error) else "undefined-condition"


def explain_refusals(conditions: Sequence[str]) -> LoginError:
    """Return what it means that the server ended every attempt, with these conditions."""
    serious = [one for one in conditions if one not in _PASSING]
    if serious:
        return AuthenticationFailed(f"The server says {serious[0]}.")
    # (a log-in that fails again and again looks like an attack, whatever the reason)
    return SentAway(f"The server says {conditions[0]}.")
