"""What became of each command: what its caller was told, beside what was done."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .instance import Json

type Row = dict[str, float | None]

EXPIRY: Final = 10.0  # seconds in which a command may be begun
# Seconds from the call to the stamp, and from the last look at the stamp to the effect.
GRACE: Final = 0.5


# The words of the journal (see there).
_EFFECT: Final = "effect"
_CALLED: Final = "called"
_PASSED_OVER: Final = "passed-over"


class Verdict(StrEnum):
    """What a caller knows of a command in the end."""

    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    PASSED_OVER = "passed_over"
    """Home Assistant itself left it out: the entity was not there. It says that all is well."""
    UNCALLED = "uncalled"
    """Nobody was there to be called."""
    NONE = "none"
    """There is no answer, or one that says nothing of this."""


NOT_DONE: Final = frozenset(
    {Verdict.REFUSED, Verdict.EXPIRED, Verdict.PASSED_OVER, Verdict.UNCALLED}
)

# By the key of the message. What has another one is no verdict.
_SAID: Final[Mapping[str, Verdict]] = {
    "not_connected": Verdict.REFUSED,
    "not_mirrored": Verdict.REFUSED,
    "order_cancelled": Verdict.REFUSED,
    "order_crowded": Verdict.REFUSED,
    "order_expired": Verdict.EXPIRED,
    "order_not_sent": Verdict.REFUSED,
    "order_overtaken": Verdict.REFUSED,
    "remote_expired": Verdict.EXPIRED,
    "remote_failed": Verdict.REFUSED,
    "remote_forbidden": Verdict.REFUSED,
    "remote_no_answer": Verdict.UNKNOWN,
    "remote_not_found": Verdict.REFUSED,
    "remote_not_implemented": Verdict.REFUSED,
    "remote_not_there": Verdict.REFUSED,
    "remote_unavailable": Verdict.REFUSED,
    "remote_unknown": Verdict.UNKNOWN,
    "service_config_entry_not_loaded": Verdict.REFUSED,
}
_NO_ACTION: Final = "not_found"  # the house is starting, and has not got it yet


@dataclass(slots=True)
class Command:
    """One command, and what its caller was told."""

    name: str
    way: str
    called_at: float = 0.0
    """In seconds since 1970."""
    verdict: Verdict = Verdict.NONE
    said: str = ""
    took: float | None = None  # seconds until that


def verdict(answer: Json) -> Verdict:
    """Return what the answer to `call_service` says."""
    if answer["success"]:
        return Verdict.DONE
    error = answer["error"]
    if error["code"] == _NO_ACTION:
        return Verdict.REFUSED
    return _SAID.get(error.get("translation_key") or "", Verdict.NONE)


@dataclass(slots=True)
class Books:
    """What the journals of both houses say, by command: when it was."""

    effects: dict[str, list[float]] = field(default_factory=dict)
    called: dict[str, float] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, home: str, cabin: str) -> Books:
        """Return what is in the journals."""
        books = cls()
        for word, name, at in _lines(home):
            if word == _EFFECT:
                books.effects.setdefault(name, []).append(at)
        for word, name, at in _lines(cabin):
            if word in {_CALLED, _PASSED_OVER}:
                books.called[name] = at
            if word == _PASSED_OVER:
                books.passed_over.add(name)
        return books


def _lines(text: str) -> Iterator[tuple[str, str, float]]:
    for line in text.splitlines():
        word, name, at = line.split()
        yield word, name, float(at)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that should not be, by the name of its figure."""

    figure: str
    command: Command
    effects: Sequence[float]


def compared(
    commands: Iterable[Command], books: Books, entities: frozenset[str]
) -> list[Wrong]:
    """Return what is wrong: verdicts beside effects.

    `entities` are the ways by which Home Assistant itself passes over what is not there.
    """
    wrong: list[Wrong] = []
    for command in commands:
        effects = books.effects.get(command.name, [])
        if (
            command.verdict is Verdict.DONE
            and command.way in entities
            and command.name in books.passed_over
        ):
            command.verdict = Verdict.PASSED_OVER
        wrong += (
            Wrong(figure, command, effects)
            for figure in _figures(command, effects, books.called.get(command.name))
        )
    return wrong


def _figures(
    command: Command, effects: Sequence[float], called: float | None
) -> Iterator[str]:
    """Yield the names of what is wrong with one."""
    if command.verdict is Verdict.NONE:
        yield "verdictless"
    if command.verdict is Verdict.DONE and not effects:
        yield "lost"
    if command.verdict in NOT_DONE and effects:
        yield "belied"
    if len(effects) > 1:
        yield "doubled"
    begun = command.called_at if called is None else called
    if any(one > begun + EXPIRY + GRACE for one in effects):
        yield "late"


def row(commands: Sequence[Command], wrong: Iterable[Wrong]) -> Row:
    """Return the figures of commands, those that are to be nothing last."""
    verdicts = Counter(one.verdict for one in commands)
    found = Counter(one.figure for one in wrong)
    counted: Row = {
        "commands": len(commands),
        **{one.value: verdicts[one] for one in Verdict if one is not Verdict.NONE},
    }
    return counted | {name: found[name] for name in WRONGS}


WRONGS: Final = ("verdictless", "lost", "late", "doubled", "belied")
