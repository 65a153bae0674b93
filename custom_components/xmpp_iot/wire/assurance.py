"""Assurance between houses of ours: whether all that was told has come, and who it was that answered.

PubSub says nothing of what was lost between two servers: no side sees a break, and the last value stays old
until the next one shows the gap. So a house that follows a feed asks now and then for its last item. And a
server answers for a house that has gone with the errors that the house itself would use, though the house may
have done what it was asked before: an error of a house of ours says that it comes from there.
"""

import copy
from dataclasses import dataclass
from typing import Final

from .errors import BadRequest, RemoteError, ServiceUnavailable, StanzaError
from .xml import Element, bounded, clark, element

ASSURANCE: Final = "urn:x-xmpp-iot:assurance:0"
"""The protocol's namespace, and service discovery feature (XEP-0030): of our own."""

CHECK: Final = clark(ASSURANCE, "check")
_CHECKED: Final = clark(ASSURANCE, "checked")
_ANSWERED: Final = clark(ASSURANCE, "answered")
_MAX_DIGITS: Final = 18
# What a server says of somebody who is not there, or has been there and gone.
_BOUNCES: Final = frozenset({"recipient-unavailable", "service-unavailable"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a house says of itself, and of a feed."""

    life: str = ""
    """Names its memory of orders (see `once.Once.life`)."""
    epoch: str = ""
    """Of the feed's last item; empty where there is no such feed for the asker."""
    number: int = 0


def encode_check(feed: str) -> Element:
    """Return the question for the last item of a feed, by its PubSub node's name."""
    return element(CHECK, {"feed": feed or None})


def decode_check(request: Element) -> str:
    """Return the name of the feed that is asked about; empty for none."""
    return bounded(request.get("feed", ""))


def encode_checked(life: str, last: str) -> Element:
    """Return the answer: `last` is the id of the last item, empty where there is no such feed."""
    return element(_CHECKED, {"life": life, "last": last or None})


def decode_checked(answer: Element | None) -> Checked:
    """Return what a house answers; BadRequest for something else."""
    if answer is None or answer.tag != _CHECKED:
        raise BadRequest("This assures of nothing.")
    life, last = bounded(answer.get("life", "")), bounded(answer.get("last", ""))
    if not last:
        return Checked(life)
    epoch, _, number = last.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS):
        raise BadRequest("This is not the id of an item.")
    return Checked(life, epoch, int(number))


def answered(error: StanzaError) -> StanzaError:
    """Return the error as one that says that the house itself has answered.

    Not the one that is to look as if nobody were here.
    """
    if isinstance(error, ServiceUnavailable):
        return error
    made = copy.copy(error)
    made.children = (*error.children, element(_ANSWERED))
    return made


def is_answered(error: RemoteError) -> bool:
    """Return whether an error says that it comes from a house of ours itself."""
    return any(child.tag == _ANSWERED for child in error.children)


def is_bounce(error: RemoteError) -> bool:
    """Return whether an error may be a server's, for a house that was there and has gone.

    Whether it has done what it was asked before, nobody knows. For answers to orders with a token only: the
    others are not marked.
    """
    return error.remote_condition in _BOUNCES and not is_answered(error)
