"""What the matrix of rights is made of: rights, ways in, and what somebody gets who tries one.

A way in is a row of `matrix_ways.py`, a sender one of `matrix_senders.py`. What comes of each of the one
tried by each of the other follows from the right that the row names, and the rights that the sender has.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from .client import CLIENT, Client, Element, condition
from .dialects import Words

LIGHT: Final = "light.kitchen_lights"
LOCK: Final = "lock.openable_lock"
CAMERA: Final = "camera.demo_camera"
THERMOSTAT: Final = "climate.ecobee"
TARGETS: Final = (LIGHT, LOCK, CAMERA, THERMOSTAT)
"""What the grants of the senders are about."""

HIDDEN: Final = "light.bed_light"  # is there, and nobody of them sees it
ABSENT: Final = "light.not_there"


class Right(Enum):
    """What one may be let do to the targets."""

    HERE = auto()  # there is a house at all
    SEE = auto()
    CONTROL_OFFERED = auto()  # may control, or ask the owner to
    CONTROL = auto()
    COMMAND_OFFERED = auto()  # may command, or ask the owner to
    COMMAND = auto()
    DANGEROUS_OFFERED = auto()
    DANGEROUS = auto()  # may command what opens and unlocks too


type Rights = frozenset[Right] | None
"""None: of those whom the house does not know."""

NOBODY: Final[Rights] = None
ADMITTED: Final = frozenset({Right.HERE})
READ: Final = ADMITTED | {Right.SEE}
CONTROL: Final = READ | {Right.CONTROL_OFFERED, Right.CONTROL}
COMMAND: Final = CONTROL | {Right.COMMAND_OFFERED, Right.COMMAND}
EVERYTHING: Final = COMMAND | {Right.DANGEROUS_OFFERED, Right.DANGEROUS}
ASKS: Final = READ | {
    Right.CONTROL_OFFERED,
    Right.COMMAND_OFFERED,
    Right.DANGEROUS_OFFERED,
}

DONE: Final = "result"
DENIED: Final = "denied"  # by the server, in its own words
SILENCE: Final = "silence"


class At(Enum):
    """Whom a way asks."""

    HOUSE = auto()  # the full JID
    ACCOUNT = auto()  # the bare one, for which its server answers


@dataclass(frozen=True, slots=True)
class Scene:
    """What a request is made of."""

    words: Words
    node: str
    jid: str  # of who asks
    thing: str  # what was begun before
    number: int  # that no other request has


type Begins = Callable[[Client, str, Words], Awaitable[str]]
"""Begins something at the house with that full JID, and returns what it is called; '' where it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in: what is asked, what it takes, and what else may come of it."""

    name: str
    needs: Right | None  # None: a right that nobody has
    says: Callable[[Scene], str]
    kind: str = "get"  # of the IQ; 'message', and 'result' for an IQ nobody asked for
    at: At = At.HOUSE
    node: str = ""  # the target it is about
    does: str = ""  # the action that is on record when it was let do it
    dialects: tuple[str, ...] = ("nf", "xsf")
    granted: str = DONE
    refused: str = "forbidden"  # who sees the target, and may not
    unseen: str = "item-not-found"  # who does not see it
    tells: tuple[Right, str] | None = (
        None  # a text that is in the answer only with a right
    )
    begins: Begins | None = None
    of_another: bool = False  # somebody else has begun it

    @property
    def is_answered(self) -> bool:
        """Whether it is a request."""
        return self.kind in {"get", "set"}

    def expected(self, rights: Rights) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return what comes back to somebody with these rights, and what is on record then."""
        may = rights is not None and self.needs in rights
        done = ((self.does, self.node),) if may and self.does else ()
        return self._answer(rights, may), done

    def _answer(self, rights: Rights, may: bool) -> str:
        if not self.is_answered:
            return SILENCE
        if may:
            return self.granted
        if self.at is At.ACCOUNT:
            return DENIED
        if rights is None:
            return "service-unavailable"
        return self.refused if Right.SEE in rights else self.unseen


_PUBSUB: Final = "{http://jabber.org/protocol/pubsub}"


def outcome(way: Way, answer: Element) -> str:
    """Return what has come of a request."""
    if answer.get("type") == "result":
        # (to who asks for items where none are kept Prosody says no, ejabberd gives a list of none)
        items = answer.find(f".//{_PUBSUB}items")
        return DONE if items is None or len(items) else DENIED
    return DENIED if way.at is At.ACCOUNT else condition(answer)


_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def said(answer: Element, node: str = "") -> object:
    """Return all that an answer says, but not to which question, to whom and of which node.

    Nor its language: Prosody 0.12 puts xml:lang on everything a client sends, and not on what it says
    itself, so no client's answer can be without.
    """

    def without(text: str | None) -> str | None:
        return text.replace(node, "…") if text and node else text

    def facts(one: Element) -> object:
        attributes = {
            name: without(value)
            for name, value in one.attrib.items()
            if one is not answer or name not in {"id", "from", "to", _XML_LANG}
        }
        return (one.tag, attributes, without(one.text), [facts(child) for child in one])

    assert answer.tag == f"{CLIENT}iq"
    return facts(answer)
