"""Sirens of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.siren import SirenEntity
from homeassistant.components.siren.const import (
    ATTR_AVAILABLE_TONES,
    SirenEntityFeature,
)
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import mapping
from .remote.rows import ON

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


def _tones(value: Any) -> list[int | str] | dict[int | str, str]:
    """Return the tones: a list of their names, or their names by what they are called inside.

    Home Assistant takes a text of digits for a number, which a key of JSON cannot be.
    """
    if isinstance(value, list):
        return [one for one in value if isinstance(one, (int, str))]
    return {
        int(key) if key.isdecimal() else key: str(name)
        for key, name in mapping(value).items()
    }


class XmppIotSiren(XmppIotEntity, SirenEntity):
    """A siren of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        ON,
        Mirror(ATTR_AVAILABLE_TONES, static=True, convert=_tones),
        features(SirenEntityFeature),
    )

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Sound it over there."""
        await self.command(SERVICE_TURN_ON, kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Silence it over there."""
        await self.command(SERVICE_TURN_OFF, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.SIREN, entity=XmppIotSiren
)
