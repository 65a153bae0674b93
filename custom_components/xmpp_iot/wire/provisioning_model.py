"""What is asked of a provisioning server, and what it rules (XEP-0324, and its Neuro-Foundation sibling).

A provisioning server says for a device who may be its friend, read it and control it. Both sides are here: this
house asks one, if its people name one, and is one for the devices it links.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from .model import HISTORICAL, Category, NodeRef

PRESENT: Final = frozenset(Category) - HISTORICAL
"""What a question about reading is about that says no category, as in a readout."""


class Matter(StrEnum):
    """What may be asked, by its element in both dialects."""

    FRIEND = "isFriend"
    READ = "canRead"
    CONTROL = "canControl"


class Token(StrEnum):
    """Whom a token of the original sender stands for."""

    SERVICE = "service"
    DEVICE = "device"
    USER = "user"


class Range(StrEnum):
    """Whose requests a rule is about (Neuro-Foundation, provisioning for owners)."""

    CALLER = "Caller"
    DOMAIN = "Domain"
    ALL = "All"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether somebody may do something; no nodes mean the device itself, no names all of them."""

    matter: Matter
    jid: str  # bare, of whom it is about
    nodes: tuple[NodeRef, ...] = ()
    names: frozenset[str] = frozenset()  # of fields or of control parameters
    categories: frozenset[Category] = frozenset()  # of fields; none: PRESENT
    tokens: tuple[tuple[Token, str], ...] = ()  # as the original sender gave them

    @property
    def weight(self) -> int:
        """How much there is to remember of it."""
        return 1 + len(self.nodes) + len(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a server answers: no, or yes to what it lists; what is None is not restricted."""

    allowed: bool
    nodes: tuple[NodeRef, ...] | None = None
    names: frozenset[str] | None = None
    categories: frozenset[Category] | None = None


DENIED: Final = Ruling(allowed=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule somebody has made: that something is allowed or not from now on, and to whom."""

    matter: Matter
    device: str  # bare JID
    remote: str  # bare JID of whom it was made for
    allowed: bool
    range: Range

    def concerns(self, jid: str) -> bool:
        """Return whether it may be about requests of a bare JID."""
        match self.range:
            case Range.CALLER:
                return jid == self.remote
            case Range.DOMAIN:
                return jid.rpartition("@")[2] == self.remote.rpartition("@")[2]
            case Range.ALL:
                return True
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePart:
    """What one thing of the house shows of a linked device."""

    node: NodeRef
    thing: str  # what the house calls it
    fields: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()


def narrowed(question: Question, ruling: Ruling) -> Question | None:
    """Return what of the question the ruling allows, never more than was asked; None for nothing."""
    if not ruling.allowed:
        return None
    nodes, names = question.nodes, question.names
    if ruling.nodes is not None and nodes:
        nodes = tuple(node for node in nodes if _listed(node, ruling.nodes))
        if not nodes:
            return None
    if ruling.names is not None:
        names = names & ruling.names if names else ruling.names
        if not names:
            return None
    categories = question.categories
    if question.matter is Matter.READ and ruling.categories is not None:
        asked = categories or PRESENT
        kept = asked & ruling.categories
        if not kept:
            return None
        if kept != asked:
            categories = kept
    return replace(question, nodes=nodes, names=names, categories=categories)


def _listed(node: NodeRef, nodes: Iterable[NodeRef]) -> bool:
    """Return whether a node is among others; a server may leave out the source it was told."""
    return any(
        one.id == node.id
        and one.source in {"", node.source}
        and one.partition in {"", node.partition}
        for one in nodes
    )
