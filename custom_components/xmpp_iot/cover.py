"""Covers of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.cover import (
    ATTR_CURRENT_POSITION,
    ATTR_CURRENT_TILT_POSITION,
    CoverDeviceClass,
    CoverEntity,
    CoverEntityFeature,
    CoverState,
)
from homeassistant.const import (
    ATTR_STATE,
    SERVICE_CLOSE_COVER,
    SERVICE_CLOSE_COVER_TILT,
    SERVICE_OPEN_COVER,
    SERVICE_OPEN_COVER_TILT,
    SERVICE_SET_COVER_POSITION,
    SERVICE_SET_COVER_TILT_POSITION,
    SERVICE_STOP_COVER,
    SERVICE_STOP_COVER_TILT,
    Platform,
)

from .entity import (
    Mirror,
    XmppIotEntity,
    device_class,
    features,
    platform_async_setup_entry,
)
from .remote.convert import among, number, texts
from .remote.rows import closed

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotCover(XmppIotEntity, CoverEntity):
    """A cover of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("is_opening", ATTR_STATE, convert=among(CoverState.OPENING)),
        Mirror("is_closing", ATTR_STATE, convert=among(CoverState.CLOSING)),
        Mirror("current_cover_position", ATTR_CURRENT_POSITION, convert=number(0, 100)),
        Mirror(
            "current_cover_tilt_position",
            ATTR_CURRENT_TILT_POSITION,
            convert=number(0, 100),
        ),
        Mirror("supported_speeds", static=True, convert=texts),
        device_class(CoverDeviceClass),
        features(CoverEntityFeature),
    )
    shown = frozenset({"is_closed"})

    @property
    @override
    def is_closed(self) -> bool | None:
        """Return whether it is closed over there."""
        return closed(self.node)

    @override
    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open it over there."""
        await self.command(SERVICE_OPEN_COVER, kwargs)

    @override
    async def async_close_cover(self, **kwargs: Any) -> None:
        """Close it over there."""
        await self.command(SERVICE_CLOSE_COVER, kwargs)

    @override
    async def async_set_cover_position(self, **kwargs: Any) -> None:
        """Move it to a position, in percent."""
        await self.command(SERVICE_SET_COVER_POSITION, kwargs)

    @override
    async def async_stop_cover(self, **kwargs: Any) -> None:
        """Stop it over there."""
        await self.command(SERVICE_STOP_COVER, kwargs)

    @override
    async def async_open_cover_tilt(self, **kwargs: Any) -> None:
        """Open its slats over there."""
        await self.command(SERVICE_OPEN_COVER_TILT, kwargs)

    @override
    async def async_close_cover_tilt(self, **kwargs: Any) -> None:
        """Close its slats over there."""
        await self.command(SERVICE_CLOSE_COVER_TILT, kwargs)

    @override
    async def async_set_cover_tilt_position(self, **kwargs: Any) -> None:
        """Move its slats to a position, in percent."""
        await self.command(SERVICE_SET_COVER_TILT_POSITION, kwargs)

    @override
    async def async_stop_cover_tilt(self, **kwargs: Any) -> None:
        """Stop its slats over there."""
        await self.command(SERVICE_STOP_COVER_TILT, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.COVER, entity=XmppIotCover
)
