"""Valves of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.valve.const import (
    ATTR_POSITION,
    ValveDeviceClass,
    ValveEntityFeature,
    ValveState,
)
from homeassistant.components.valve.entity import ATTR_CURRENT_POSITION, ValveEntity
from homeassistant.const import (
    ATTR_STATE,
    SERVICE_CLOSE_VALVE,
    SERVICE_OPEN_VALVE,
    SERVICE_SET_VALVE_POSITION,
    SERVICE_STOP_VALVE,
    Platform,
)

from .entity import (
    Mirror,
    XmppIotEntity,
    device_class,
    features,
    platform_async_setup_entry,
)
from .remote.convert import among, number
from .remote.rows import closed

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotValve(XmppIotEntity, ValveEntity):
    """A valve of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("is_opening", ATTR_STATE, convert=among(ValveState.OPENING)),
        Mirror("is_closing", ATTR_STATE, convert=among(ValveState.CLOSING)),
        Mirror("current_valve_position", ATTR_CURRENT_POSITION, convert=number(0, 100)),
        device_class(ValveDeviceClass),
        features(ValveEntityFeature),
    )
    shown = frozenset({"is_closed"})

    @property
    @override
    def reports_position(self) -> bool:
        """Return whether it says how far it is open: all that can be set to a position do."""
        return (
            ValveEntityFeature.SET_POSITION in self.supported_features
            or self.current_valve_position is not None
        )

    @property
    @override
    def is_closed(self) -> bool | None:
        """Return whether it is closed over there."""
        return closed(self.node)

    @override
    async def async_open_valve(self) -> None:
        """Open it over there."""
        await self.command(SERVICE_OPEN_VALVE)

    @override
    async def async_close_valve(self) -> None:
        """Close it over there."""
        await self.command(SERVICE_CLOSE_VALVE)

    @override
    async def async_set_valve_position(self, position: int) -> None:
        """Move it to a position, in percent."""
        await self.command(SERVICE_SET_VALVE_POSITION, {ATTR_POSITION: position})

    @override
    async def async_stop_valve(self) -> None:
        """Stop it over there."""
        await self.command(SERVICE_STOP_VALVE)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.VALVE, entity=XmppIotValve
)
