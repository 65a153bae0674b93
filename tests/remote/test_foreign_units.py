"""What a quantity is, guessed from its unit and its name."""

import pytest

from custom_components.xmpp_iot.remote.foreign_units import (
    binary_class,
    known_unit,
    sensor_class,
    state_class,
    words,
)
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_UNITS,
    SensorDeviceClass,
    SensorStateClass,
)

MEASURED = SensorStateClass.MEASUREMENT
METERED = SensorStateClass.TOTAL_INCREASING


@pytest.mark.parametrize(
    ("name", "unit", "spelt", "kind", "counted"),
    [
        ("Temperature", "°C", "°C", "temperature", MEASURED),
        ("T1", "C", "°C", "temperature", MEASURED),
        ("Relative Humidity", "%", "%", "humidity", MEASURED),
        ("Battery Charge", "%", "%", "battery", MEASURED),
        ("Soil", "%", "%", "moisture", MEASURED),
        ("Load", "%", "%", None, MEASURED),
        ("Energy", "kWh", "kWh", "energy", METERED),
        ("Power", "W", "W", "power", MEASURED),
        ("Pressure", "hPa", "hPa", "pressure", MEASURED),
        ("Air pressure", "hPa", "hPa", "atmospheric_pressure", MEASURED),
        ("Wind, Speed", "m/s", "m/s", "wind_speed", MEASURED),
        ("Speed", "m/s", "m/s", "speed", MEASURED),
        (
            "Wind, Direction",
            "°",
            "°",
            "wind_direction",
            SensorStateClass.MEASUREMENT_ANGLE,
        ),
        ("Rain Rate", "mm/h", "mm/h", "precipitation_intensity", MEASURED),
        ("Flow", "m3/h", "m³/h", "volume_flow_rate", MEASURED),
        ("Volume", "m3", "m³", "volume", METERED),
        ("waterVolume", "m³", "m³", "water", METERED),
        ("CO2", "ppm", "ppm", "carbon_dioxide", MEASURED),
        ("Something", "ppm", "ppm", None, MEASURED),
        ("PM25", "\u00b5g/m³", "\u03bcg/m³", "pm25", MEASURED),
        ("Whatever", "furlong", "furlong", None, MEASURED),
        ("Count", "", "", None, MEASURED),
    ],
)
def test_a_number_is_guessed(
    name: str,
    unit: str,
    spelt: str,
    kind: str | None,
    counted: SensorStateClass,
) -> None:
    """A number's unit says what it is and, where several things have that unit, its name does."""
    found = sensor_class(name, known_unit(unit))

    assert known_unit(unit) == spelt
    assert found == kind
    assert state_class(found) is counted


def test_a_guess_goes_with_its_unit() -> None:
    """No device class is guessed that Home Assistant does not know with that unit."""
    units = {
        unit
        for units in DEVICE_CLASS_UNITS.values()
        for unit in units
        if isinstance(unit, str)
    }
    for unit in units:
        kind = sensor_class("Something", unit)
        assert known_unit(unit) == unit
        assert kind is None or unit in DEVICE_CLASS_UNITS[kind]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Window, left", "window"),
        ("isRaining", "moisture"),
        ("MOTION_1", "motion"),
        ("Digital Input", None),
    ],
)
def test_a_yes_or_no_is_guessed(name: str, kind: str | None) -> None:
    """What is true or false is known by a word of its name."""
    assert binary_class(name) == kind


def test_what_has_no_way_to_be_counted_is_not() -> None:
    """What cannot be measured has no state class."""
    assert state_class(SensorDeviceClass.MONETARY) is None


def test_words_are_found_in_any_spelling() -> None:
    """Words may be apart by spaces, signs or capitals."""
    assert words("Wind, Speed") == words("windSpeed") == words("WIND_SPEED")
