"""The rows of what holds more than its state says: lists and schedules, to be asked for by a query."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.weather.const import WeatherEntityFeature
from homeassistant.const import DEGREE, PERCENTAGE

from ..domain import Domain, StateKind, UnitIn, by_feature

LISTS: Final[Mapping[str, Domain]] = {
    "calendar": Domain(
        state=StateKind.ON_OFF,
        related=frozenset(
            {"start_date", "end_date", "start_date_time", "end_date_time", "duration"}
        ),
    ),
    "schedule": Domain(state=StateKind.ON_OFF),
    "timer": Domain(),
    "todo": Domain(
        state=StateKind.NUMBER, related=frozenset({"due_date", "due_datetime"})
    ),
    "weather": Domain(
        units=MappingProxyType(
            {
                "temperature": UnitIn("temperature_unit"),
                "apparent_temperature": UnitIn("temperature_unit"),
                "dew_point": UnitIn("temperature_unit"),
                "humidity": PERCENTAGE,
                "cloud_coverage": PERCENTAGE,
                "pressure": UnitIn("pressure_unit"),
                "visibility": UnitIn("visibility_unit"),
                "wind_speed": UnitIn("wind_speed_unit"),
                "wind_gust_speed": UnitIn("wind_speed_unit"),
                "wind_bearing": DEGREE,
            }
        ),
        selectors=MappingProxyType(
            {
                "get_forecasts.type": by_feature(
                    {
                        "daily": WeatherEntityFeature.FORECAST_DAILY,
                        "hourly": WeatherEntityFeature.FORECAST_HOURLY,
                        "twice_daily": WeatherEntityFeature.FORECAST_TWICE_DAILY,
                    }
                )
            }
        ),
    ),
}
