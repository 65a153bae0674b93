"""Lights of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.light import LightEntity
from homeassistant.components.light.const import (
    ATTR_BRIGHTNESS,
    ATTR_WHITE,
    DEFAULT_MAX_KELVIN,
    DEFAULT_MIN_KELVIN,
    EFFECT_OFF,
    ColorMode,
    LightEntityFeature,
)
from homeassistant.components.light.helper import (
    brightness_supported,
    filter_supported_color_modes,
)
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform
from homeassistant.exceptions import HomeAssistantError

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import members, number, numbers, whole
from .remote.rows import ON, choice

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

_kelvin = whole(1, 1_000_000)


def _color_modes(value: Any) -> set[ColorMode]:
    """Return color modes that go together; ValueError for others."""
    try:
        return filter_supported_color_modes(members(ColorMode)(value))
    except HomeAssistantError as err:
        raise ValueError from err


class XmppIotLight(XmppIotEntity, LightEntity):
    """A light of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        ON,
        Mirror("brightness", convert=number(0, 255)),
        Mirror("color_mode", convert=ColorMode),
        Mirror("color_temp_kelvin", convert=_kelvin),
        Mirror("hs_color", convert=numbers(360, 100)),
        Mirror("xy_color", convert=numbers(1, 1)),
        Mirror("rgb_color", convert=numbers(255, 255, 255)),
        Mirror("rgbw_color", convert=numbers(255, 255, 255, 255)),
        Mirror("rgbww_color", convert=numbers(255, 255, 255, 255, 255)),
        *choice("effect", "effect_list"),
        Mirror(
            "min_color_temp_kelvin",
            static=True,
            convert=_kelvin,
            default=DEFAULT_MIN_KELVIN,
        ),
        Mirror(
            "max_color_temp_kelvin",
            static=True,
            convert=_kelvin,
            default=DEFAULT_MAX_KELVIN,
        ),
        Mirror(
            "supported_color_modes",
            static=True,
            convert=_color_modes,
            default=frozenset({ColorMode.ONOFF}),
        ),
        features(LightEntityFeature),
    )

    @override
    def take_over(self) -> None:
        """Take over what the node says; Home Assistant refuses a light in a mode it cannot have."""
        super().take_over()
        if self._attr_color_mode not in self._possible_modes():
            self._attr_color_mode = ColorMode.UNKNOWN

    def _possible_modes(self) -> set[ColorMode]:
        """Return what the light can be in; an effect may leave less of it than there is without."""
        modes = set(self._attr_supported_color_modes or ())
        if (
            LightEntityFeature.EFFECT in self._attr_supported_features
            and self._attr_effect not in {None, EFFECT_OFF}
        ):
            if brightness_supported(modes):
                modes.add(ColorMode.BRIGHTNESS)
            modes.add(ColorMode.ONOFF)
        return modes

    @override
    def _light_internal_convert_color(
        self, color_mode: ColorMode | str
    ) -> dict[str, tuple[float, ...]]:
        """Return the colours as they are said: of a rounded one, the others would be made differently."""
        made = super()._light_internal_convert_color(color_mode)
        return {
            name: getattr(self, f"_attr_{name}") or color
            for name, color in made.items()
        }

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there, with the colour in a mode that it has."""
        if ATTR_WHITE in kwargs:
            # What it takes there is that it shall be white; how bright is said beside it.
            kwargs |= {ATTR_WHITE: True, ATTR_BRIGHTNESS: kwargs[ATTR_WHITE]}
        await self.command(SERVICE_TURN_ON, kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.LIGHT, entity=XmppIotLight
)
