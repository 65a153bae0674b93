"""The rows of what is mostly read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.const import DEGREE, PERCENTAGE, UnitOfDensity, UnitOfLength

from ..domain import Domain, StateKind

READINGS: Final[Mapping[str, Domain]] = {
    "air_quality": Domain(
        state=StateKind.NUMBER,
        units=MappingProxyType(
            dict.fromkeys(
                (
                    "carbon_dioxide",
                    "carbon_monoxide",
                    "nitrogen_dioxide",
                    "nitrogen_monoxide",
                    "nitrogen_oxide",
                    "ozone",
                    "particulate_matter_0_1",
                    "particulate_matter_10",
                    "particulate_matter_2_5",
                    "sulphur_dioxide",
                ),
                UnitOfDensity.MICROGRAMS_PER_CUBIC_METER,
            )
        ),
    ),
    "binary_sensor": Domain(state=StateKind.ON_OFF),
    "device_tracker": Domain(
        units=MappingProxyType({"gps_accuracy": UnitOfLength.METERS})
    ),
    "event": Domain(state=StateKind.MOMENT),
    "geo_location": Domain(state=StateKind.NUMBER),
    "group": Domain(),
    "notify": Domain(state=StateKind.MOMENT),
    "person": Domain(units=MappingProxyType({"gps_accuracy": UnitOfLength.METERS})),
    "plant": Domain(),
    "sensor": Domain(state=StateKind.BY_CLASS),
    "sun": Domain(units=MappingProxyType({"azimuth": DEGREE, "elevation": DEGREE})),
    # Home Assistant keeps its actions to administrators, and the house acts for its contacts as none.
    "update": Domain(
        state=StateKind.ON_OFF,
        units=MappingProxyType({"update_percentage": PERCENTAGE}),
        withheld=frozenset({"clear_skipped", "install", "skip"}),
    ),
    "zone": Domain(
        state=StateKind.NUMBER,
        units=MappingProxyType({"radius": UnitOfLength.METERS}),
    ),
}
