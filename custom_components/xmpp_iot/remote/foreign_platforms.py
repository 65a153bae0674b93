"""Which class shows a foreign entity on its platform."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.const import Platform

from .foreign_entities import (
    ForeignBinarySensor,
    ForeignButton,
    ForeignDate,
    ForeignDateTime,
    ForeignNumber,
    ForeignPart,
    ForeignSelect,
    ForeignSensor,
    ForeignSwitch,
    ForeignText,
    ForeignTime,
)
from .foreign_light import ForeignLight

SHOWN_BY: Final[Mapping[Platform, type[ForeignPart]]] = MappingProxyType(
    {
        Platform.BINARY_SENSOR: ForeignBinarySensor,
        Platform.BUTTON: ForeignButton,
        Platform.DATE: ForeignDate,
        Platform.DATETIME: ForeignDateTime,
        Platform.LIGHT: ForeignLight,
        Platform.NUMBER: ForeignNumber,
        Platform.SELECT: ForeignSelect,
        Platform.SENSOR: ForeignSensor,
        Platform.SWITCH: ForeignSwitch,
        Platform.TEXT: ForeignText,
        Platform.TIME: ForeignTime,
    }
)
