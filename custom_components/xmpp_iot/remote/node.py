"""One node of another house, as this house knows it now.

What it is (its description and static parameters) and how it is (its fields) are kept apart, as they come
apart. Values are what the wire says; the text forms of structures are understood here and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import islice
import logging
import re
from typing import Any, Final

from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import json_loads

from ..wire.form_model import Form
from ..wire.model import (
    HISTORICAL,
    Command,
    Field,
    NodeInfo,
    NodeState,
    Quality,
    Reading,
    Value,
)
from .convert import presentable
from .values import HEX_COLORS

_LOGGER = logging.getLogger(__name__)

UID: Final = "uid"
HOME_ASSISTANT: Final = "homeassistant."
MOST_FIELDS: Final = 2_000  # of a node

# Why it cannot be read, where only its state says so.
_OUT_OF_ORDER: Final = "The node is out of order."
_ERRORS: Final = frozenset({NodeState.ERROR_SIGNED, NodeState.ERROR_UNSIGNED})
_HEX: Final = re.compile(r"(?:[0-9A-F]{2}){3,5}")

type Listener = Callable[[], None]


@dataclass(slots=True, eq=False)
class _Static:
    """The static properties of a description by name, as they are looked at with every change of a value."""

    info: NodeInfo | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    _structures: dict[str, Any] = field(default_factory=dict)

    def of(self, info: NodeInfo) -> _Static:
        """Return those of a description; of two with one name the first counts."""
        if info is not self.info:
            self.info = info
            self.values = {one.id: one.value for one in reversed(info.parameters)}
            self._structures = {}
        return self

    def structure(self, name: str) -> Any:
        """Return a property, understood once."""
        if name not in self._structures and name in self.values:
            self._structures[name] = _structure(name, self.values[name])
        return self._structures.get(name)


@dataclass(slots=True, eq=False)
class RemoteNode:
    """A node and what it says; whoever shows it listens."""

    info: NodeInfo
    fields: Mapping[str, Field] = field(default_factory=dict)
    at: datetime | None = None  # of the fields, by the other house's clock
    error: str = ""  # why the last reading failed
    known: bool = False  # whether it was ever read, successfully or not
    form: Form | None = None  # of its control parameters; of foreign nodes only
    commands: tuple[Command, ...] = ()  # of foreign nodes only
    introduced: NodeInfo | None = None  # what it was when it was asked for these
    _static: _Static = field(default_factory=_Static)
    _listeners: list[Listener] = field(default_factory=list)
    _has_failed: bool = False  # it was said that it cannot be shown
    _lacks: datetime | None = (
        None  # when a part was said that is not here; before it, what is known may not go together
    )

    # What it is

    @property
    def id(self) -> str:
        """The node's id, which may change."""
        return self.info.ref.id

    @property
    def uid(self) -> str:
        """What stays the same when the node is renamed: its own word for it, else its address.

        The source is a part of that for foreign nodes: theirs may have the same ids in each.
        """
        return uid_of(self.info)

    @property
    def domain(self) -> str:
        """The Home Assistant domain of the node's type; empty for a node of something else."""
        kind = self.info.node_type
        return (
            kind.removeprefix(HOME_ASSISTANT) if kind.startswith(HOME_ASSISTANT) else ""
        )

    def parameter(self, name: str) -> Value | None:
        """Return a static property, None if the node has none of that name."""
        return self._static.of(self.info).values.get(name)

    def text_parameter(self, name: str) -> str | None:
        """Return a static property that is text."""
        value = self.parameter(name)
        return value if isinstance(value, str) else None

    def static(self, name: str) -> Any:
        """Return a static property, a list or mapping where its text is one; it is not to be changed."""
        return self._static.of(self.info).structure(name)

    def list_parameter(self, name: str) -> list[Any]:
        """Return a static property that is a list; empty if there is none."""
        found = self.static(name)
        return found if isinstance(found, list) else []

    # How it is

    @property
    def available(self) -> bool:
        """Whether the node can be read over there."""
        return self.known and not self.error

    def value(self, name: str) -> Value | None:
        """Return the value of a field; None for one that is missing or not there."""
        found = self.fields.get(name)
        if found is None or Quality.MISSING in found.qualities:
            return None
        return found.value

    def boolean(self, name: str) -> bool | None:
        """Return a field that is true or false."""
        value = self.value(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """Return a field that is a number."""
        return _number(self.value(name))

    def text(self, name: str) -> str | None:
        """Return a field that is text."""
        value = self.value(name)
        return value if isinstance(value, str) else None

    def moment(self, name: str) -> datetime | None:
        """Return a field that is a moment, in UTC."""
        value = self.value(name)
        return value if isinstance(value, datetime) else None

    def day(self, name: str) -> date | None:
        """Return a field that is a day."""
        value = self.value(name)
        return value if type(value) is date else None

    def clock(self, name: str) -> time | None:
        """Return a field that is a time of day."""
        value = self.value(name)
        return value if isinstance(value, time) else None

    def unit(self, name: str) -> str | None:
        """Return the unit of a field; None where it has none."""
        found = self.fields.get(name)
        return found.unit or None if found else None

    def structure(self, name: str) -> Any:
        """Return a field that is a list or a mapping in one of its text forms, else its value.

        Colours of whole bytes are hexadecimal (`FF8800` is the tuple 255, 136, 0), everything else is JSON.
        """
        return _structure(name, self.value(name))

    # What changes

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens."""
        return bool(self._listeners)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def describe(self, info: NodeInfo) -> None:
        """Have what it is said anew."""
        if info != self.info:
            self.info = info
            self.changed()

    def describe_again(self) -> None:
        """Have what is above it said anew, which its listeners show too."""
        self.info = replace(self.info)  # another one: they look at it again
        self.changed()

    def status(self, state: NodeState, at: datetime) -> None:
        """Have its state at some time said anew: one that is in error cannot be read.

        A reading that is newer knows better.
        """
        if state in _ERRORS and not self.error and not (self.at and at < self.at):
            self.error = _OUT_OF_ORDER
            self.changed()

    def lose(self) -> None:
        """Be not there: until it is read again nothing is known of it."""
        self.at, self.known = None, False
        self.changed()

    def take(self, reading: Reading) -> None:
        """Take all the node's fields: those the reading does not have are gone.

        One that is older than what is known says nothing, and parts of the same time belong together, unless
        it has what is known to lack.
        """
        if self._lacks is not None and reading.at >= self._lacks:
            self._lacks = None
        elif self.at is not None:
            if reading.at < self.at:
                return
            if reading.at == self.at:
                self._have(reading, joined(self.fields, _by_name(reading)))
                return
        self._have(reading, _by_name(reading))

    def take_part(self, reading: Reading, *, fitting: bool = True) -> bool:
        """Take those of the node's fields that have changed; return whether they go with what is known.

        Not where it is not `fitting`, for something before it was missed; nor one that is older: the node was
        read meanwhile, or the other house's clock was set. Until it is read as it was then, or later, nothing
        does: an answer that was on its way before may still come, after another part.
        """
        is_older = self.at is not None and reading.at < self.at
        if not fitting or is_older or self._lacks is not None or not self.available:
            self._lacks = reading.at
            return False
        self._have(reading, joined(self.fields, _by_name(reading)))
        return True

    def _have(self, reading: Reading, fields: Mapping[str, Field]) -> None:
        """Be as a reading says, with these fields."""
        self.at = reading.at
        if self.known and (fields, reading.error) == (self.fields, self.error):
            return
        self.fields, self.error, self.known = fields, reading.error, True
        self.changed()

    def merge(self, reading: Reading) -> None:
        """Take what was read of a foreign node, whose fields come one by one, each at a time of its own.

        What comes later counts, for its clock need not be right. What was is left out: not everybody keeps to
        the categories that were asked for.
        """
        live = [one for one in reading.fields if one.category not in HISTORICAL]
        fields = joined(self.fields, {one.name: one for one in live})
        error = "" if live else reading.error
        self.at = reading.at
        if self.known and (fields, error) == (self.fields, self.error):
            return
        self.fields, self.error, self.known = fields, error, True
        self.changed()

    def introduce(
        self, info: NodeInfo, form: Form | None, commands: tuple[Command, ...]
    ) -> None:
        """Have said what can be done with a node that is this."""
        self.introduced = info
        if (form, commands) != (self.form, self.commands):
            self.form, self.commands = form, commands
            self.changed()

    def changed(self) -> None:
        """Tell the listeners."""
        for listener in tuple(self._listeners):
            self.attempt(listener)

    def attempt[Result](self, show: Callable[[], Result]) -> Result | None:
        """Do something that shows the node; return None where that fails.

        A failure of ours is said once for the node, and keeps no other one from being shown.
        """
        try:
            return show()
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _LOGGER.exception("%s cannot be shown", self.id)
            return None


def _by_name(reading: Reading) -> Mapping[str, Field]:
    return {one.name: one for one in reading.fields}


def joined(
    known: Mapping[str, Field], said: Mapping[str, Field]
) -> Mapping[str, Field]:
    """Return what is known with what is said anew; who says ever more of a node is not listened to without end."""
    both = {**known, **said}
    return both if len(both) <= MOST_FIELDS else dict(islice(both.items(), MOST_FIELDS))


def own_uid(info: NodeInfo) -> str:
    """Return a node's own word for what it is; empty where it has none."""
    for one in info.parameters:
        if one.id == UID:
            return one.value if isinstance(one.value, str) else ""
    return ""


def uid_of(info: NodeInfo) -> str:
    """Return what stays the same when a node is renamed (see `RemoteNode.uid`)."""
    if uid := own_uid(info):
        return uid
    ref = info.ref
    if info.node_type.startswith(HOME_ASSISTANT):
        return ref.id
    return "@".join(filter(None, (ref.id, ref.source, ref.partition)))


def _number(value: Value | None) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else None  # type: ignore[return-value]  # as just found


def _structure(name: str, value: Value | None) -> Any:
    if not isinstance(value, str):
        return presentable(value)
    if value[:1] in {"[", "{"}:
        try:
            found = json_loads(value)
            json_bytes(found)  # one too deep can be read, and never be shown
        except ValueError, TypeError:
            return value
        return found
    if name in HEX_COLORS and _HEX.fullmatch(value):
        return tuple(bytes.fromhex(value))
    return value
