"""Long-term statistics of one entity, read in stretches of limited length.

The recorder keeps one row an hour for good. Home Assistant makes days, weeks, months and years of them when
asked (`recorder.statistics.statistics_during_period`), in the house's time zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import func, select

from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    UNIT_CLASS_TO_UNIT_CONVERTER,
    StatisticsRow,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import session_scope
from homeassistant.util import dt as dt_util

from ..wire.model import READOUT, Category, Field, Quality, Reading, ValueType
from .recorded import Wanted, ask

type PeriodName = Literal["hour", "day", "week", "month", "year"]
type Kind = Literal["mean", "min", "max", "state", "sum", "change"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
_OF_MEANS: Final = frozenset[Kind]({"mean", "min", "max"})
_OF_SUMS: Final = frozenset[Kind]({"state", "sum", "change"})
_UNFINISHED: Final = frozenset({Quality.IN_PROGRESS})
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """How long a statistic is of."""

    name: PeriodName
    category: Category
    stretch: timedelta
    """Read at a time, with the whole periods it touches: their hours are in memory at once."""

    def field(self, kind: Kind) -> str:
        """Return the name of the field, such as 'hour mean'."""
        return f"{self.name} {kind}"


# The long before the short: who stops early has seen most of it.
PERIODS: Final = (
    Period("year", Category.HISTORICAL_YEAR, timedelta(days=30)),
    Period("month", Category.HISTORICAL_MONTH, timedelta(days=14)),
    Period("week", Category.HISTORICAL_WEEK, timedelta(days=35)),
    Period("day", Category.HISTORICAL_DAY, timedelta(days=60)),
    Period("hour", Category.HISTORICAL_HOUR, timedelta(days=40)),
)
FIELDS: Final = frozenset(
    period.field(kind) for period in PERIODS for kind in KINDS
)  # all names that statistics have


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """What the recorder keeps of an entity for good."""

    unit: str
    kinds: tuple[Kind, ...]  # in the order of KINDS
    oldest: datetime


async def statistic_of(hass: HomeAssistant, entity_id: str) -> Statistic | None:
    """Return the statistic of an entity, None if there is none."""
    return await ask(hass, _statistic, entity_id)


def _statistic(hass: HomeAssistant, entity_id: str) -> Statistic | None:
    if not (found := get_metadata(hass, statistic_ids={entity_id})):
        return None
    number, metadata = found[entity_id]
    oldest = select(func.min(Statistics.start_ts)).where(
        Statistics.metadata_id == number
    )
    with session_scope(hass=hass, read_only=True) as session:
        if (start := session.scalar(oldest)) is None:
            return None
    kinds = frozenset[Kind]()
    if metadata["mean_type"] is not StatisticMeanType.NONE:
        kinds |= _OF_MEANS
    if metadata["has_sum"]:
        kinds |= _OF_SUMS
    return Statistic(
        unit=metadata["unit_of_measurement"] or "",
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        oldest=dt_util.utc_from_timestamp(start),
    )


class StatisticSeries:
    """The statistics of an entity for one length of period, oldest first, each at its period's start."""

    def __init__(
        self,
        hass: HomeAssistant,
        statistic: Statistic,
        period: Period,
        wanted: Wanted,
    ) -> None:
        """Prepare to read what the request names, from its start to its end or now."""
        request = wanted.request
        self._hass = hass
        self._statistic = statistic
        self._period = period
        self._node = wanted.node
        self._entity_id = wanted.entity_id
        self._kinds = tuple(
            kind
            for kind in statistic.kinds
            if not request.fields or period.field(kind) in request.fields
        )
        self._now = now = dt_util.utcnow()
        self._end = min(request.end or now, now)
        self._from = max(request.start or statistic.oldest, statistic.oldest)
        # A period may begin before its first hour: only the asker's start bounds it.
        self._start = request.start

    async def page(self) -> Iterator[Reading] | None:
        """Return the next stretch, None after the last."""
        if not self._kinds or self._from > self._end:
            return None
        until = min(self._from + self._period.stretch, self._end + _INSTANT)
        found = await ask(
            self._hass,
            statistics_during_period,
            self._from,
            until,
            {self._entity_id},
            self._period.name,
            # The statistic's own unit, not the one the sensor has now.
            dict.fromkeys(
                filter(None, UNIT_CLASS_TO_UNIT_CONVERTER), self._statistic.unit
            ),
            set(self._kinds),
        )
        rows = found.get(self._entity_id, [])
        # The last period is read as a whole: what follows begins after it.
        ends = (dt_util.utc_from_timestamp(row["end"]) for row in rows[-1:])
        self._from = max([until, *ends])
        return filter(None, map(self._reading, filter(self._is_wanted, rows)))

    def _is_wanted(self, row: StatisticsRow) -> bool:
        """Return whether a period begins in time: Home Assistant returns every period it touches."""
        start = dt_util.utc_from_timestamp(row["start"])
        return start <= self._end and (self._start is None or start >= self._start)

    def _reading(self, row: StatisticsRow) -> Reading | None:
        """Return a period's values; what has not ended is in progress."""
        unfinished = row["end"] > self._now.timestamp()
        fields = tuple(
            Field(
                name=self._period.field(kind),
                type=ValueType.DOUBLE,
                value=value,
                unit=self._statistic.unit,
                category=self._period.category,
                qualities=_UNFINISHED if unfinished else READOUT,
            )
            for kind in self._kinds
            if (value := row.get(kind)) is not None
        )
        if not fields:
            return None
        at = dt_util.utc_from_timestamp(row["start"])
        return Reading(node=self._node, at=at, fields=fields)
