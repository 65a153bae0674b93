"""The weather at other houses.

Forecasts are asked for when somebody looks at them; what a house says is in the units it shows itself.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final, Literal, cast, override

from homeassistant.components.weather import (
    ATTR_FORECAST_CLOUD_COVERAGE,
    ATTR_FORECAST_CONDITION,
    ATTR_FORECAST_HUMIDITY,
    ATTR_FORECAST_IS_DAYTIME,
    ATTR_FORECAST_PRECIPITATION_PROBABILITY,
    ATTR_FORECAST_TIME,
    ATTR_FORECAST_UV_INDEX,
    ATTR_FORECAST_WIND_BEARING,
    Forecast,
    WeatherEntity,
)
from homeassistant.components.weather.const import (
    SERVICE_GET_FORECASTS,
    VALID_UNITS,
    WeatherEntityFeature,
    WeatherEntityStateAttribute as Attribute,
)
from homeassistant.const import ATTR_STATE, Platform
from homeassistant.core import callback

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import MOST, flag, number, text
from .remote.refresh import Refresh
from .remote.reports import Row, rows
from .remote.states import moment

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

type ForecastType = Literal["daily", "hourly", "twice_daily"]

# What is in each unit: attributes of now, and columns of forecasts.
_IN_UNIT: Final[Mapping[str, tuple[str, ...]]] = {
    Attribute.TEMPERATURE_UNIT: (
        "temperature",
        "apparent_temperature",
        "dew_point",
        "templow",
    ),
    Attribute.PRESSURE_UNIT: ("pressure",),
    Attribute.WIND_SPEED_UNIT: ("wind_speed", "wind_gust_speed"),
    Attribute.VISIBILITY_UNIT: ("visibility",),
    Attribute.PRECIPITATION_UNIT: ("precipitation",),
}
_ONLY_FORECAST: Final = frozenset({"templow", "precipitation"})


# Home Assistant rounds it, and shows no whole number of more digits than a machine has.
_rounded = number(-MOST, MOST)


def bearing(value: Any) -> str | float:
    """Take where the wind comes from: in degrees, or a point of the compass."""
    return value if isinstance(value, str) else _rounded(value)


def unit_for(attribute: str) -> Callable[[Any], str]:
    """Take a unit that Home Assistant can convert."""

    def convert(value: Any) -> str:
        if value not in VALID_UNITS[attribute]:
            raise ValueError(value)
        return text(value)

    return convert


def time_text(value: Any) -> str:
    """Take the time of a forecast, which is an ISO 8601 text."""
    moment(value)
    return text(value)


_COLUMNS: Final[Mapping[str, Callable[[Any], Any]]] = {
    ATTR_FORECAST_TIME: time_text,
    ATTR_FORECAST_CONDITION: text,
    ATTR_FORECAST_IS_DAYTIME: flag,
    ATTR_FORECAST_WIND_BEARING: bearing,
    **dict.fromkeys(
        (
            ATTR_FORECAST_CLOUD_COVERAGE,
            ATTR_FORECAST_HUMIDITY,
            ATTR_FORECAST_PRECIPITATION_PROBABILITY,
            ATTR_FORECAST_UV_INDEX,
        ),
        _rounded,
    ),
}


class XmppIotWeather(XmppIotEntity, WeatherEntity):
    """The weather at another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("condition", ATTR_STATE, convert=text, plain=True),
        *(
            Mirror(f"native_{name}", name, convert=number())
            for names in _IN_UNIT.values()
            for name in names
            if name not in _ONLY_FORECAST
        ),
        *(Mirror(f"native_{unit}", unit, convert=unit_for(unit)) for unit in _IN_UNIT),
        *(
            Mirror(name, convert=_rounded)
            for name in (
                Attribute.HUMIDITY,
                Attribute.OZONE,
                Attribute.CLOUD_COVERAGE,
                Attribute.UV_INDEX,
            )
        ),
        Mirror(Attribute.WIND_BEARING, convert=bearing, plain=True),
        features(WeatherEntityFeature),
    )

    _refresh: Refresh | None = None

    @override
    def take_over(self) -> None:
        """Take over what the node says; a number in a unit that is not known says nothing."""
        super().take_over()
        for unit, names in _IN_UNIT.items():
            if getattr(self, f"_attr_native_{unit}") is None:
                for name in names:
                    setattr(self, f"_attr_native_{name}", None)

    @override
    async def async_added_to_hass(self) -> None:
        """Have those who look at a forecast see a new one when the node changes."""
        await super().async_added_to_hass()
        self._refresh = Refresh(
            self.hass, self.entity_id, partial(self.async_update_listeners, None)
        )
        self.async_on_remove(self._refresh.end)

    @callback
    @override
    def _changed(self) -> None:
        super()._changed()
        if self._refresh and self.available and any(self._forecast_listeners.values()):
            self._refresh.want()

    @override
    async def async_forecast_daily(self) -> list[Forecast] | None:
        """Return the forecast by days."""
        return await self._forecasts("daily")

    @override
    async def async_forecast_hourly(self) -> list[Forecast] | None:
        """Return the forecast by hours."""
        return await self._forecasts("hourly")

    @override
    async def async_forecast_twice_daily(self) -> list[Forecast] | None:
        """Return the forecast by days and nights."""
        found = await self._forecasts("twice_daily")
        return [one for one in found if ATTR_FORECAST_IS_DAYTIME in one]

    async def _forecasts(self, kind: ForecastType) -> list[Forecast]:
        report = await self.house.query(
            self.node, SERVICE_GET_FORECASTS, {"type": kind}
        )
        made = map(self._forecast, rows(report))
        return [one for one in made if one.get(ATTR_FORECAST_TIME)]

    def _forecast(self, row: Row) -> Forecast:
        """Return one row of the table, without what makes no sense in it."""
        takes = dict(_COLUMNS)
        for unit, names in _IN_UNIT.items():
            if getattr(self, f"_attr_native_{unit}") is not None:
                takes |= dict.fromkeys(names, number())
        made: dict[str, Any] = {}
        for name, convert in takes.items():
            try:
                value = convert(row.get(name))
            except ValueError, TypeError:
                continue
            made[name if name in _COLUMNS else f"native_{name}"] = value
        return cast(Forecast, made)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.WEATHER, entity=XmppIotWeather
)
