"""State changes as items: as many entities as fit into one, each with its own time.

What goes out of an entity is rendered once for all feeds that carry it, however many there are.
"""

from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant, State

from ..wire.dialects import Dialect
from ..wire.model import Reading
from ..wire.sensor_data import (
    render_error,
    render_failure,
    render_fields,
    render_reading,
)
from .fields import STATE_FIELD, FieldReader

# Bytes: stock ejabberd takes 3,000 a second, and the answer to a command waits behind all of them.
MAX_BYTES: Final = 30_000
# Entities whose texts are kept for other feeds, which send the same at about the same time.
MOST_KEPT: Final = 1_000
# Unsolicited data answers no request (XEP-0323 wants a number there).
_NO_REQUEST: Final = "0"
_STATE: Final = frozenset({STATE_FIELD})

type Names = AbstractSet[str] | None
"""The attributes that are told beside the state; None for all of an entity."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `part` if it has only what has changed of each entity."""

    text: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes out together: the entities in it, and the items that carry them."""

    entities: tuple[str, ...]
    items: tuple[Item, ...]


class _Text(NamedTuple):
    """What goes out of an entity, in one dialect."""

    text: str
    size: int  # bytes
    part: bool
    failed: bool


type _Texts = dict[tuple[Dialect, frozenset[str] | None], _Text]


class BatchRenderer:
    """Renders the present state of entities."""

    def __init__(self, hass: HomeAssistant, reader: FieldReader) -> None:
        """Render what `reader` says of the entities of `hass`."""
        self._hass = hass
        self._reader = reader
        self._kept: dict[str, tuple[State, _Texts]] = {}

    def render(
        self,
        wanted: Iterable[tuple[str, Names]],
        dialect: Dialect,
        most: int = MAX_BYTES,
    ) -> Batch:
        """Return the first entities that fit into one item of so many bytes; one without a state is passed over."""
        taken: list[str] = []
        texts: list[_Text] = []
        size = 0
        for entity_id, names in wanted:
            if (state := self._hass.states.get(entity_id)) is None:
                self._kept.pop(entity_id, None)
                taken.append(entity_id)
                continue
            text = self._text(state, names, dialect)
            if size and size + text.size > most:
                break
            size += text.size
            taken.append(entity_id)
            texts.append(text)
        return Batch(tuple(taken), _items(texts, dialect))

    def _text(self, state: State, names: Names, dialect: Dialect) -> _Text:
        """Return what is told of an entity; it may have been told in another feed a moment before."""
        kept = self._kept.get(state.entity_id)
        texts = kept[1] if kept is not None and kept[0] is state else self._keep(state)
        wanted = (dialect, None if names is None else frozenset(names))
        if (text := texts.get(wanted)) is None:
            text = texts[wanted] = self._render(state, names, dialect)
        return text

    def _keep(self, state: State) -> _Texts:
        """Begin to keep the texts of a new state; there is room for so many, and then for new ones again."""
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        texts: _Texts = {}
        self._kept[state.entity_id] = state, texts
        return texts

    def _render(self, state: State, names: Names, dialect: Dialect) -> _Text:
        if names is not None:
            wanted = names | _STATE
            reading = self._reader.entity(state, names=wanted)
            if len(reading.fields) == len(wanted) and not reading.error:
                text = _text(reading, dialect, part=True)
                if text.size <= MAX_BYTES:
                    return text
            # Something is not there any more, or may not be told: only the whole says that.
        return _fitting(self._reader.entity(state), dialect)


def _text(reading: Reading, dialect: Dialect, *, part: bool) -> _Text:
    failed = bool(reading.error)
    text = (render_error if failed else render_reading)(reading, dialect)
    size = len(text) if text.isascii() else len(text.encode())
    return _Text(text, size, part, failed)


def _fitting(reading: Reading, dialect: Dialect) -> _Text:
    """Return the whole of an entity, without what a server may refuse for its size: all else would wait behind it."""
    text = _text(reading, dialect, part=False)
    while text.size > MAX_BYTES and len(reading.fields) > 1:
        _, *others = reading.fields  # (the state is the first)
        largest = max(others, key=lambda one: len(str(one.value)))
        kept = tuple(one for one in reading.fields if one is not largest)
        reading = replace(reading, fields=kept)
        text = _text(reading, dialect, part=False)
    return text


def _items(texts: list[_Text], dialect: Dialect) -> tuple[Item, ...]:
    """Return items of what is of one kind: whole readings, parts, and failures where the dialect has them apart."""
    apart = not dialect.inline_errors
    whole = [it.text for it in texts if not it.part and not (apart and it.failed)]
    parts = [it.text for it in texts if it.part]
    failures = [it.text for it in texts if apart and it.failed]
    items = []
    if whole:
        items.append(Item(render_fields(whole, dialect, _NO_REQUEST)))
    if parts:
        items.append(Item(render_fields(parts, dialect, _NO_REQUEST), part=True))
    if failures:
        items.append(Item(render_failure(failures, dialect, _NO_REQUEST)))
    return tuple(items)
