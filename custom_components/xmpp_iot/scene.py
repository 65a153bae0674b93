"""Scenes of other houses."""

from functools import partial
from typing import Any, override

from homeassistant.components.scene import Scene
from homeassistant.const import SERVICE_TURN_ON, Platform

from .entity import ToldState, platform_async_setup_entry

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotScene(ToldState, Scene):
    """A scene of another house: it shows when it was activated there, by whomever."""

    @override
    async def async_activate(self, **kwargs: Any) -> None:
        """Activate it over there; `transition` is in seconds."""
        await self.command(SERVICE_TURN_ON, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.SCENE, entity=XmppIotScene
)
