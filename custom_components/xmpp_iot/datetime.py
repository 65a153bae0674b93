"""Moments that other houses set."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import ClassVar, Final, override

from homeassistant.components.datetime import DateTimeEntity
from homeassistant.components.datetime.const import ATTR_DATETIME
from homeassistant.const import Platform

from .entity import Mirror, XmppIotEntity, platform_async_setup_entry
from .remote.house import RemoteHouse
from .remote.node import RemoteNode
from .remote.platforms import setter
from .remote.states import moment, moment_of_seconds

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotDateTime(XmppIotEntity, DateTimeEntity):
    """A moment that another house set."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("native_value", "state", convert=moment, plain=True),
    )

    @override
    async def async_set_value(self, value: datetime) -> None:
        """Set the moment over there."""
        await self.command(setter(self.node), {ATTR_DATETIME: value})


class XmppIotInputDateTime(XmppIotDateTime):
    """A moment whose text is by the other house's own clock: it says it in seconds too."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("native_value", "timestamp", convert=moment_of_seconds, kept=True),
    )


_OF_DOMAIN: Final[Mapping[str, type[XmppIotDateTime]]] = {
    "input_datetime": XmppIotInputDateTime
}


def date_time(house: RemoteHouse, node: RemoteNode) -> XmppIotDateTime:
    """Return the entity that shows a moment."""
    return _OF_DOMAIN.get(node.domain, XmppIotDateTime)(house, node)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.DATETIME, entity=date_time
)
