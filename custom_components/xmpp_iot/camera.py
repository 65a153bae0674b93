"""Cameras of other houses: stills, as that house takes them when somebody looks."""

from functools import partial
import logging
from typing import ClassVar, Final, override

from aiohttp import web

from homeassistant.components.camera import Camera, async_get_still_stream
from homeassistant.components.camera.const import (
    SERVICE_DISABLE_MOTION,
    SERVICE_ENABLE_MOTION,
    CameraEntityFeature,
    CameraState,
)
from homeassistant.const import ATTR_STATE, SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform
from homeassistant.exceptions import HomeAssistantError

from .entity import Mirror, features, platform_async_setup_entry
from .remote.convert import among, flag, text
from .remote.house import RemoteHouse
from .remote.node import RemoteNode
from .remote.stills import EVERY, WithStill

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

_LOGGER = logging.getLogger(__name__)

# Only pictures come through.
_CUT: Final = CameraEntityFeature.STREAM


class XmppIotCamera(WithStill, Camera):
    """A camera of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror(
            "is_recording",
            ATTR_STATE,
            convert=among(CameraState.RECORDING),
            default=False,
        ),
        Mirror(
            "is_streaming",
            ATTR_STATE,
            convert=among(CameraState.STREAMING),
            default=False,
        ),
        Mirror("brand", convert=text, plain=True),
        Mirror("model", "model_name", convert=text, plain=True),
        Mirror(
            "motion_detection_enabled", "motion_detection", convert=flag, default=False
        ),
        features(CameraEntityFeature, _CUT),
    )
    _attr_frame_interval = EVERY

    def __init__(self, house: RemoteHouse, node: RemoteNode) -> None:
        """Show the camera `node` of `house`."""
        Camera.__init__(self)
        super().__init__(house, node)

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return a picture, not older than a few seconds; Home Assistant scales it itself."""
        picture = await self.still()
        self.content_type = picture.content_type
        return picture.content

    @override
    async def handle_async_still_stream(
        self, request: web.Request, interval: float
    ) -> web.StreamResponse:
        """Serve a stream of pictures, which ends when there are no more."""
        return await async_get_still_stream(
            request, self._next, self.content_type, interval
        )

    async def _next(self) -> bytes | None:
        try:
            return await self.async_camera_image()
        except HomeAssistantError as err:
            _LOGGER.debug("The stream of %s ends: %s", self.entity_id, err)
            return None

    @override
    async def async_turn_on(self) -> None:
        """Turn it on over there."""
        await self.command(SERVICE_TURN_ON)

    @override
    async def async_turn_off(self) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF)

    @override
    async def async_enable_motion_detection(self) -> None:
        """Have it look for motion."""
        await self.command(SERVICE_ENABLE_MOTION)

    @override
    async def async_disable_motion_detection(self) -> None:
        """Have it look for motion no more."""
        await self.command(SERVICE_DISABLE_MOTION)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.CAMERA, entity=XmppIotCamera
)
