"""Images of other houses: fetched when somebody looks, and again when they are told to be new."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.image import ImageEntity
from homeassistant.const import ATTR_STATE, Platform
from homeassistant.core import async_get_hass

from .entity import Mirror, platform_async_setup_entry
from .remote.house import RemoteHouse
from .remote.node import RemoteNode
from .remote.states import moment
from .remote.stills import WithStill

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotImage(WithStill, ImageEntity):
    """An image of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("image_last_updated", ATTR_STATE, convert=moment, plain=True),
    )

    def __init__(self, house: RemoteHouse, node: RemoteNode) -> None:
        """Show the image `node` of `house`."""
        ImageEntity.__init__(self, async_get_hass(), verify_ssl=True)
        super().__init__(house, node)

    @override
    async def async_image(self) -> bytes | None:
        """Return the image as it was last told to be new."""
        picture = await self.still(self.image_last_updated)
        self._attr_content_type = picture.content_type
        return picture.content


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.IMAGE, entity=XmppIotImage
)
