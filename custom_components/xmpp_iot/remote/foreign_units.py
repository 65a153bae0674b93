"""What a quantity is, guessed from its unit and, where that is not enough, from its name.

Which units go with which device classes is Home Assistant's own knowledge; here is only which of several
classes is meant, and how other people spell units.
"""

from collections import defaultdict
from collections.abc import Mapping
import re
from types import MappingProxyType
from typing import Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    SensorDeviceClass,
    SensorStateClass,
)

# Spellings of those who have no °, no superscripts and no Greek letters, in lower case.
_SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "c": "°C",
        "celsius": "°C",
        "deg c": "°C",
        "degc": "°C",
        "degf": "°F",
        "deg": "°",
        "degrees": "°",
        "f": "°F",
        "fahrenheit": "°F",
        "hours": "h",
        "kelvin": "K",
        "km2": "km²",
        "l": "L",
        "l/h": "L/h",
        "l/min": "L/min",
        "l/s": "L/s",
        "lux": "lx",
        "m2": "m²",
        "m3": "m³",
        "m3/h": "m³/h",
        "m3/min": "m³/min",
        "m3/s": "m³/s",
        "minutes": "min",
        "ml": "mL",
        "percent": "%",
        "seconds": "s",
        "w/m2": "W/m²",
        "watt": "W",
    }
)
_MICRO_SIGN: Final = "\u00b5"
_MU: Final = "\u03bc"  # what Home Assistant writes

# Where nothing else says which of the unit's classes it is.
_USUAL: Final = (
    SensorDeviceClass.TEMPERATURE,
    SensorDeviceClass.ENERGY,
    SensorDeviceClass.PRESSURE,
    SensorDeviceClass.PRECIPITATION_INTENSITY,
    SensorDeviceClass.SPEED,
    SensorDeviceClass.DISTANCE,
    SensorDeviceClass.VOLUME,
    SensorDeviceClass.SIGNAL_STRENGTH,
)

# Words of a name that say what is measured, before the words of a class's own name do.
_WORDS: Final[Mapping[str, SensorDeviceClass]] = MappingProxyType(
    {
        "accu": SensorDeviceClass.BATTERY,
        "air": SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        "barometer": SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        "barometric": SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        "co": SensorDeviceClass.CO,
        "co2": SensorDeviceClass.CO2,
        "cosphi": SensorDeviceClass.POWER_FACTOR,
        "gas": SensorDeviceClass.GAS,
        "no2": SensorDeviceClass.NITROGEN_DIOXIDE,
        "noise": SensorDeviceClass.SOUND_PRESSURE,
        "rain": SensorDeviceClass.PRECIPITATION,
        "rssi": SensorDeviceClass.SIGNAL_STRENGTH,
        "snow": SensorDeviceClass.PRECIPITATION,
        "soil": SensorDeviceClass.MOISTURE,
        "sound": SensorDeviceClass.SOUND_PRESSURE,
        "tank": SensorDeviceClass.VOLUME_STORAGE,
        "tvoc": SensorDeviceClass.VOLATILE_ORGANIC_COMPOUNDS,
        "voc": SensorDeviceClass.VOLATILE_ORGANIC_COMPOUNDS,
        "water": SensorDeviceClass.WATER,
        "wind": SensorDeviceClass.WIND_SPEED,
    }
)

# Words of what is true or false.
_YES_OR_NO: Final[Mapping[str, BinarySensorDeviceClass]] = MappingProxyType(
    {
        "alarm": BinarySensorDeviceClass.SAFETY,
        "battery": BinarySensorDeviceClass.BATTERY,
        "connected": BinarySensorDeviceClass.CONNECTIVITY,
        "door": BinarySensorDeviceClass.DOOR,
        "fault": BinarySensorDeviceClass.PROBLEM,
        "leak": BinarySensorDeviceClass.MOISTURE,
        "motion": BinarySensorDeviceClass.MOTION,
        "movement": BinarySensorDeviceClass.MOTION,
        "occupancy": BinarySensorDeviceClass.OCCUPANCY,
        "occupied": BinarySensorDeviceClass.OCCUPANCY,
        "open": BinarySensorDeviceClass.OPENING,
        "presence": BinarySensorDeviceClass.PRESENCE,
        "problem": BinarySensorDeviceClass.PROBLEM,
        "raining": BinarySensorDeviceClass.MOISTURE,
        "running": BinarySensorDeviceClass.RUNNING,
        "smoke": BinarySensorDeviceClass.SMOKE,
        "tamper": BinarySensorDeviceClass.TAMPER,
        "vibration": BinarySensorDeviceClass.VIBRATION,
        "window": BinarySensorDeviceClass.WINDOW,
    }
)

_COUNTED: Final = (
    SensorStateClass.MEASUREMENT,
    SensorStateClass.TOTAL_INCREASING,
    SensorStateClass.MEASUREMENT_ANGLE,
)

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


def _classes() -> Mapping[str, tuple[SensorDeviceClass, ...]]:
    """Return the device classes of each unit."""
    found: dict[str, list[SensorDeviceClass]] = defaultdict(list)
    for kind, units in DEVICE_CLASS_UNITS.items():
        for unit in units:
            if isinstance(unit, str):
                found[unit].append(kind)
    return MappingProxyType({unit: tuple(kinds) for unit, kinds in found.items()})


_CLASSES: Final = _classes()


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case: of `Wind, Speed`, `windSpeed` and `WIND_SPEED` the same."""
    apart = _CAMEL.sub(" ", name).lower()
    return tuple(word for word in _NOT_A_WORD.split(apart) if word)


def known_unit(unit: str) -> str:
    """Return a unit as Home Assistant spells it; one that it does not know as it is."""
    spelt = unit.strip().replace(_MICRO_SIGN, _MU)
    if spelt in _CLASSES:
        return spelt
    return _SPELLINGS.get(spelt.lower(), spelt)


def sensor_class(name: str, unit: str) -> SensorDeviceClass | None:
    """Return what kind of quantity a number with that (known) unit is; None where it could be anything."""
    kinds = _CLASSES.get(unit, ())
    if len(kinds) == 1:
        return kinds[0]
    said = words(name)
    hinted = (_WORDS[word] for word in said if word in _WORDS)
    named = (kind for kind in kinds if set(kind.value.split("_")) <= set(said))
    likely = (*hinted, *named, *_USUAL)
    return next((kind for kind in likely if kind in kinds), None)


def binary_class(name: str) -> BinarySensorDeviceClass | None:
    """Return what kind of yes or no something is, by its name."""
    return next(
        (_YES_OR_NO[word] for word in words(name) if word in _YES_OR_NO),
        None,
    )


def state_class(kind: SensorDeviceClass | None) -> SensorStateClass | None:
    """Return how a number of that kind is counted: as measured or, where it cannot be, as a meter's."""
    if kind is None:
        return SensorStateClass.MEASUREMENT
    possible = DEVICE_CLASS_STATE_CLASSES.get(kind, set())
    return next((one for one in _COUNTED if one in possible), None)
