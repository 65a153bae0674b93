"""Readings of a hall, for tests of readouts."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.model import Field, NodeRef, Reading, ValueType
from custom_components.xmpp_iot.wire.xml import from_text

MORNING: Final = datetime(2026, 11, 21, 6, tzinfo=UTC)
HALL: Final = NodeRef("sensor.hall", "entities")


def reading(
    text: str = "21.4", *, error: str = "", count: int = 1, at: datetime = MORNING
) -> Reading:
    """Return a reading of the hall with `count` fields of `text`."""
    fields = tuple(
        Field(name=f"F{n}", type=ValueType.STRING, value=text) for n in range(count)
    )
    return Reading(node=HALL, at=at, fields=fields, error=error)


FAILED: Final = Reading(node=HALL, at=MORNING, error="Offline.")
LARGE: Final = reading("x" * 1000, count=40)
"""More than an answer, less than a message."""


def is_last(message: str, dialect: Dialect) -> bool:
    """Return whether a message says that it is the last."""
    mark, on_last = dialect.last_mark
    return (from_text(message).get(mark) == "true") is on_last


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(100):
        await asyncio.sleep(0)
