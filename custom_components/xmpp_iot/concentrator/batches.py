"""State changes as items: as many entities as fit into one, each with its own time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant

from ..wire.dialects import Dialect
from ..wire.sensor_data import (
    render_error,
    render_failure,
    render_fields,
    render_reading,
)
from .fields import FieldReader

# Bytes: stock ejabberd takes 3,000 a second, and the answer to a command waits behind all of them.
MAX_BYTES: Final = 30_000
# Unsolicited data answers no request (XEP-0323 wants a number there).
_NO_REQUEST: Final = "0"


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes out together: the entities in it, and the items that carry them."""

    entities: tuple[str, ...]
    items: tuple[str, ...]


class BatchRenderer:
    """Renders the present state of entities."""

    def __init__(self, hass: HomeAssistant, reader: FieldReader) -> None:
        """Render what `reader` says of the entities of `hass`."""
        self._hass = hass
        self._reader = reader

    def render(self, entities: Iterable[str], dialect: Dialect) -> Batch:
        """Return the first entities that fit into one item; one without a state is passed over."""
        taken: list[str] = []
        readings: list[str] = []
        errors: list[str] = []
        size = 0
        for entity_id in entities:
            if (state := self._hass.states.get(entity_id)) is None:
                taken.append(entity_id)
                continue
            reading = self._reader.entity(state)
            render = render_error if reading.error else render_reading
            text = render(reading, dialect)
            if size and size + len(text.encode()) > MAX_BYTES:
                break
            size += len(text.encode())
            taken.append(entity_id)
            (errors if reading.error else readings).append(text)
        return Batch(tuple(taken), _items(readings, errors, dialect))


def _items(readings: list[str], errors: list[str], dialect: Dialect) -> tuple[str, ...]:
    if dialect.inline_errors:
        readings, errors = readings + errors, []
    items = []
    if readings:
        items.append(render_fields(readings, dialect, _NO_REQUEST))
    if errors:
        items.append(render_failure(errors, dialect, _NO_REQUEST))
    return tuple(items)
