"""Remote controls of other houses: Home Assistant's platform `remote`."""

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.remote import RemoteEntity
from homeassistant.components.remote.const import (
    ATTR_ACTIVITY,
    SERVICE_DELETE_COMMAND,
    SERVICE_LEARN_COMMAND,
    SERVICE_SEND_COMMAND,
    RemoteEntityFeature,
)
from homeassistant.const import (
    ATTR_COMMAND,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    Platform,
)

from ..entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .rows import ON, choice

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotRemote(XmppIotEntity, RemoteEntity):
    """A remote control of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        ON,
        *choice("current_activity", "activity_list"),
        features(RemoteEntityFeature),
    )

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there, for an activity if one is named."""
        await self.command(SERVICE_TURN_ON, kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there; which activity that ends is not asked."""
        data = {name: value for name, value in kwargs.items() if name != ATTR_ACTIVITY}
        await self.command(SERVICE_TURN_OFF, data)

    @override
    async def async_send_command(self, command: Iterable[str], **kwargs: Any) -> None:
        """Have it send commands to a device."""
        data = {ATTR_COMMAND: list(command), **kwargs}
        await self.command(SERVICE_SEND_COMMAND, data)

    @override
    async def async_learn_command(self, **kwargs: Any) -> None:
        """Have it learn a command."""
        await self.command(SERVICE_LEARN_COMMAND, kwargs)

    @override
    async def async_delete_command(self, **kwargs: Any) -> None:
        """Have it forget commands."""
        await self.command(SERVICE_DELETE_COMMAND, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.REMOTE, entity=XmppIotRemote
)
