"""The long-term statistics of a sensor over there, hour by hour, kept as external statistics of this house.

The other house says them as historical fields (`hour mean`, `hour sum` ...), each at the start of its hour.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
import math
from types import MappingProxyType
from typing import Final, Literal, Self

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    async_add_external_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util, slugify

from ..const import DOMAIN
from ..wire.errors import BadRequest, NoAnswer, RemoteError
from ..wire.model import Category, Field, NodeRef, Quality, Reading, ReadRequest
from ..wire.peer import Peer
from .devices import Devices
from .node import RemoteNode

HOUR: Final = timedelta(hours=1)
FIRST: Final = timedelta(days=30)  # of the past, when nothing is here yet
STRETCH: Final = timedelta(days=40)  # asked for, and in memory, at a time
STRETCH_WITHIN: Final = 300.0  # seconds for one of them
_LONGEST_NAME: Final = 200  # characters of a house's name in an id
_LONGEST_TEXT: Final = 255  # characters, in the recorder's columns
_STATE_CLASS: Final = "state_class"

type Kind = Literal["mean", "min", "max", "state", "sum"]

# What is kept of a sensor of that state class; the first of them must be there. A mean of directions would
# need the weights of its hours, which are not told.
KINDS: Final[Mapping[str, tuple[Kind, ...]]] = MappingProxyType(
    {
        "measurement": ("mean", "min", "max"),
        "total": ("sum", "state"),
        "total_increasing": ("sum", "state"),
    }
)


_ALL_KINDS: Final = frozenset(kind for kinds in KINDS.values() for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The hours of one sensor."""

    node: NodeRef
    kinds: tuple[Kind, ...]
    statistic_id: str
    name: str

    @classmethod
    def of(cls, devices: Devices, node: RemoteNode) -> Self | None:
        """Return the hours of a node of a house, None for one that has none."""
        kinds = KINDS.get(node.text_parameter(_STATE_CLASS) or "")
        if node.domain != "sensor" or kinds is None:
            return None
        # By what stays when the sensor is renamed. Names could be chosen to look like those of another house.
        key = hashlib.sha256(f"{devices.house}\n{node.uid}".encode()).hexdigest()[:16]
        house = slugify(devices.house)[:_LONGEST_NAME].strip("_")
        return cls(
            node=node.info.ref,
            kinds=kinds,
            statistic_id=f"{DOMAIN}:{house}_{key}",
            name=f"{devices.title} {node.info.display_name}"[:_LONGEST_TEXT],
        )

    def metadata(self, unit: str | None) -> StatisticMetaData:
        """Return what the recorder is to know of it."""
        has_mean = "mean" in self.kinds
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
        return StatisticMetaData(
            mean_type=(
                StatisticMeanType.ARITHMETIC if has_mean else StatisticMeanType.NONE
            ),
            has_sum=not has_mean,
            name=self.name,
            source=DOMAIN,
            statistic_id=self.statistic_id,
            unit_class=converter.UNIT_CLASS if converter else None,
            unit_of_measurement=unit,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What the recorder has of a series."""

    unit: str | None
    end: datetime | None = None  # of its last hour


@dataclass(slots=True)
class _Stretch:
    """The hours from `start` until before `end`, as they are told."""

    series: Series
    start: datetime
    end: datetime
    rows: dict[datetime, StatisticData] = field(default_factory=dict)
    units: set[str | None] = field(default_factory=set)

    def take(self, reading: Reading) -> None:
        """Take an hour; one that is not over, or not complete, is left for the next time."""
        if reading.error:
            raise RemoteError("undefined-condition", "cancel", reading.error)
        start = dt_util.as_utc(reading.at)
        if not self.start <= start < self.end or start != whole_hour(start):
            return
        row = StatisticData(start=start)
        for one in reading.fields:
            if (kind := self._kind(one)) is not None:
                row[kind] = float(one.value)  # type: ignore[arg-type]  # as just found
                self.units.add(one.unit[:_LONGEST_TEXT] or None)
        if self.series.kinds[0] in row:
            self.rows[start] = row

    def unit(self) -> str | None:
        """Return the unit of all hours; BadRequest where there is not one."""
        if len(self.units) > 1:
            raise BadRequest("The unit changes from hour to hour.")
        return next(iter(self.units), None)

    def _kind(self, one: Field) -> Kind | None:
        """Return what a field says of its hour, None where it says nothing that can be kept."""
        value = one.value
        if (
            not isinstance(value, (int, float))
            or isinstance(value, bool)
            or not math.isfinite(value)
            or one.qualities & {Quality.IN_PROGRESS, Quality.MISSING}
        ):
            return None
        return next((k for k in self.series.kinds if one.name == f"hour {k}"), None)


def whole_hour(moment: datetime) -> datetime:
    """Return the start of a moment's hour, in UTC: where the recorder's hours begin everywhere."""
    return dt_util.as_utc(moment).replace(minute=0, second=0, microsecond=0)


async def import_hours(
    hass: HomeAssistant, peer: Peer, series: Series, since: datetime | None = None
) -> int:
    """Import the hours of a series that are over, and return how many they were.

    From `since`, again where they are here already; else from where it ended the last time, and the FIRST time
    of a limited past. Errors as the peer raises them; what was read before that is kept.
    """
    kept = await get_instance(hass).async_add_executor_job(_kept, hass, series)
    now = dt_util.utcnow()
    end = whole_hour(now)
    start = whole_hour(since or (kept and kept.end) or now - FIRST)
    count = 0
    while start < end:
        until = min(start + STRETCH, end)
        stretch = _Stretch(series, start, until)
        await _read(peer, stretch)
        if stretch.rows:
            kept = kept or Kept(stretch.unit())
            rows = [stretch.rows[at] for at in sorted(stretch.rows)]
            _convert(rows, stretch.unit(), kept.unit)
            async_add_external_statistics(hass, series.metadata(kept.unit), rows)
            # No faster than the recorder writes them.
            await get_instance(hass).async_block_till_done()
            count += len(rows)
        start = until
    return count


def _kept(hass: HomeAssistant, series: Series) -> Kept | None:
    name = series.statistic_id
    if not (metadata := get_metadata(hass, statistic_ids={name})):
        return None
    unit = metadata[name][1]["unit_of_measurement"]
    last = get_last_statistics(hass, 1, name, False, {"mean", "sum"}).get(name)
    return Kept(unit, dt_util.utc_from_timestamp(last[0]["end"]) if last else None)


async def _read(peer: Peer, stretch: _Stretch) -> None:
    request = ReadRequest(
        id="",
        nodes=(stretch.series.node,),
        fields=frozenset(f"hour {kind}" for kind in stretch.series.kinds),
        categories=frozenset({Category.HISTORICAL_HOUR}),
        start=stretch.start,
        end=stretch.end - HOUR,  # both included
    )
    try:
        async with (
            asyncio.timeout(STRETCH_WITHIN),
            aclosing(peer.read(request)) as all_,
        ):
            async for readings in all_:
                for reading in readings:
                    stretch.take(reading)
    except TimeoutError:
        raise NoAnswer("The hours did not come in time.") from None


def _convert(rows: list[StatisticData], unit: str | None, kept: str | None) -> None:
    """Have rows in the unit the recorder has them in; the other house may have changed its mind."""
    if unit == kept:
        return
    converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
    if converter is None or kept not in converter.VALID_UNITS:
        raise BadRequest(f"The unit was {kept}, and is {unit} now.")
    convert = converter.converter_factory(unit, kept)
    for row in rows:
        for kind in _ALL_KINDS & row.keys():
            if not math.isfinite(value := convert(row[kind])):
                raise BadRequest(f"A number is too large in {kept}.")
            row[kind] = value
