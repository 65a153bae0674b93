"""Numbers of other houses."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar, Final, override

from homeassistant.components.number import NumberEntity
from homeassistant.components.number.const import (
    ATTR_VALUE,
    DEFAULT_MAX_VALUE,
    DEFAULT_MIN_VALUE,
    NumberDeviceClass,
    NumberMode,
)
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform

from .entity import Mirror, XmppIotEntity, device_class, platform_async_setup_entry
from .remote.convert import number, text, whole
from .remote.house import RemoteHouse
from .remote.node import RemoteNode
from .remote.platforms import setter

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

# Beyond these a number is not counted exactly.
_MOST: Final = 2**53


class XmppIotNumber(XmppIotEntity, NumberEntity):
    """A number of another house, in its unit."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(NumberDeviceClass),
        Mirror("mode", convert=NumberMode, default=NumberMode.AUTO),
        Mirror(
            "native_max_value",
            "max",
            static=True,
            convert=number(),
            default=DEFAULT_MAX_VALUE,
        ),
        Mirror(
            "native_min_value",
            "min",
            static=True,
            convert=number(),
            default=DEFAULT_MIN_VALUE,
        ),
        Mirror("native_step", "step", static=True, convert=number()),
        Mirror(
            "native_unit_of_measurement",
            ATTR_UNIT_OF_MEASUREMENT,
            static=True,
            convert=text,
            plain=True,
        ),
        Mirror("native_value", "state", convert=number()),
    )

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number over there."""
        await self.command(setter(self.node), {ATTR_VALUE: value})


class XmppIotCounter(XmppIotNumber):
    """A counter of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror(
            "native_max_value", "maximum", convert=whole(), default=_MOST, kept=True
        ),
        Mirror(
            "native_min_value", "minimum", convert=whole(), default=-_MOST, kept=True
        ),
        Mirror("native_step", "step", static=True, convert=whole()),
        Mirror("native_value", "state", convert=whole()),
    )
    _attr_mode = NumberMode.BOX

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the count over there."""
        await super().async_set_native_value(round(value))


_OF_DOMAIN: Final[Mapping[str, type[XmppIotNumber]]] = {"counter": XmppIotCounter}


def number_entity(house: RemoteHouse, node: RemoteNode) -> XmppIotNumber:
    """Return the entity that shows a number."""
    return _OF_DOMAIN.get(node.domain, XmppIotNumber)(house, node)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.NUMBER, entity=number_entity
)
