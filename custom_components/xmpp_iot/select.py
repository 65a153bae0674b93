"""Selects of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import ATTR_OPTION, SERVICE_SELECT_OPTION, Platform

from .entity import Mirror, XmppIotEntity, platform_async_setup_entry
from .remote.convert import text, texts
from .remote.states import including

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotSelect(XmppIotEntity, SelectEntity):
    """A select of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("options", static=True, convert=texts, default=[]),
        Mirror("current_option", "state", convert=text, plain=True),
    )

    @override
    def take_over(self) -> None:
        """Take over what the node says, with its present option among those it has."""
        super().take_over()
        self._attr_options = including(self._attr_options, self._attr_current_option)

    @override
    async def async_select_option(self, option: str) -> None:
        """Select an option over there."""
        await self.command(SERVICE_SELECT_OPTION, {ATTR_OPTION: option})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.SELECT, entity=XmppIotSelect
)
