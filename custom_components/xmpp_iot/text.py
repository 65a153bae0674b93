"""Texts of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.text import TextEntity, TextMode
from homeassistant.components.text.const import ATTR_VALUE
from homeassistant.const import MAX_LENGTH_STATE_STATE, Platform

from .entity import Mirror, ToldState, platform_async_setup_entry
from .remote.convert import text, whole
from .remote.platforms import setter
from .remote.states import pattern

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotText(ToldState, TextEntity):
    """A text of another house; one in password mode is never told.

    What is told need not fit what is said of its form: that may have just changed.
    """

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("mode", convert=TextMode, default=TextMode.TEXT),
        Mirror("native_min", "min", static=True, convert=whole(), default=0),
        Mirror(
            "native_max",
            "max",
            static=True,
            convert=whole(),
            default=MAX_LENGTH_STATE_STATE,
        ),
        Mirror("native_value", "state", convert=text, plain=True),
        Mirror("pattern", static=True, convert=pattern, plain=True),
    )

    @override
    async def async_set_value(self, value: str) -> None:
        """Set the text over there."""
        await self.command(setter(self.node), {ATTR_VALUE: value})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.TEXT, entity=XmppIotText
)
