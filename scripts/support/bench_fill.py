"""Give a house's sensor a past: states and statistics, more than a house makes while somebody waits."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
import math
from pathlib import Path
import sqlite3
from typing import Final

from .instance import HomeAssistant

SPAN: Final = timedelta(days=30)  # of the states
_ROWS: Final = 5000  # of one transaction: Home Assistant writes between them
_PATIENCE: Final = 180.0  # seconds, on a machine that others keep busy
_POLL: Final = 0.1


def fill(database: Path, entity_id: str, count: int, now: datetime) -> datetime:
    """Write so many states of the entity, up to now, where it has one already; return the first's time."""
    begin = (now - SPAN).timestamp()
    with closing(sqlite3.connect(database, timeout=_PATIENCE)) as connection:
        (entity,) = connection.execute(
            "SELECT metadata_id FROM states_meta WHERE entity_id = ?", (entity_id,)
        ).fetchone()
        (attributes,) = connection.execute(
            "SELECT attributes_id FROM states WHERE metadata_id = ?"
            " ORDER BY last_updated_ts DESC LIMIT 1",
            (entity,),
        ).fetchone()
        step = SPAN.total_seconds() / (count + 1)
        for first in range(0, count, _ROWS):
            with connection:
                connection.executemany(
                    "INSERT INTO states"
                    " (metadata_id, attributes_id, state, last_updated_ts, origin_idx)"
                    " VALUES (?, ?, ?, ?, 0)",
                    (
                        (entity, attributes, f"{_humidity(number):.1f}", at)
                        for number in range(first, min(first + _ROWS, count))
                        if (at := begin + number * step)
                    ),
                )
    return datetime.fromtimestamp(begin, UTC)


def _humidity(number: int) -> float:
    return 54 + 10 * math.sin(number / 3000) + number % 7 / 10


async def recorded(database: Path, entity_id: str) -> None:
    """Return when the recorder has written a state of the entity."""
    query = (
        "SELECT count(*) FROM states JOIN states_meta USING (metadata_id)"
        " WHERE states_meta.entity_id = ?"
    )
    async with asyncio.timeout(_PATIENCE):
        while True:
            with closing(sqlite3.connect(database)) as connection:
                if connection.execute(query, (entity_id,)).fetchone()[0]:
                    return
            await asyncio.sleep(_POLL)


async def measure(
    house: HomeAssistant, entity_id: str, hours: int, now: datetime
) -> None:
    """Give the entity so many hours of statistics, and return when they are there."""
    last = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    first = last - timedelta(hours=hours - 1)
    metadata = {
        "has_mean": True,
        "mean_type": 1,
        "has_sum": False,
        "name": None,
        "source": "recorder",
        "statistic_id": entity_id,
        "unit_class": "unitless",
        "unit_of_measurement": "%",
    }
    values = [
        {
            "start": (first + timedelta(hours=number)).isoformat(),
            "mean": _humidity(number),
            "min": _humidity(number) - 1,
            "max": _humidity(number) + 1,
        }
        for number in range(hours)
    ]
    async with house.websocket() as socket, asyncio.timeout(_PATIENCE):
        await socket.ask("recorder/import_statistics", metadata=metadata, stats=values)
        while True:
            if await socket.ask(
                "recorder/statistics_during_period",
                start_time=last.isoformat(),
                statistic_ids=[entity_id],
                period="hour",
            ):
                return
            await asyncio.sleep(_POLL)
