"""A light of a foreign node: its switch, its brightness and its colour, which are three parameters there."""

from typing import Any, Final, override

from homeassistant.components.light import LightEntity
from homeassistant.components.light.const import (
    ATTR_BRIGHTNESS,
    ATTR_RGB_COLOR,
    ColorMode,
)
from homeassistant.util.color import match_max_scale

from ..wire.errors import BadRequest
from ..wire.model import Value
from ..wire.xml import parse_color
from .convert import flag, number, text
from .foreign import ForeignEntity
from .foreign_entities import ForeignPart
from .foreign_parameters import Parameter
from .states import shown

_FULL: Final = 255
_WHITE: Final = (_FULL, _FULL, _FULL)
_PERCENT: Final = 100.0  # full brightness where nothing says how much that is

type Rgb = tuple[int, int, int]


class ForeignLight(ForeignPart, LightEntity):
    """A light."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over what can be set of it."""
        mode = ColorMode.ONOFF
        if what.brightness is not None:
            mode = ColorMode.BRIGHTNESS
        if what.color is not None:
            mode = ColorMode.RGB
        self._attr_color_mode = mode
        self._attr_supported_color_modes = {mode}

    @override
    def show(self, value: Value | None) -> None:
        """Take over whether it is on, how bright and in which colour."""
        self._attr_is_on = shown(flag, value)
        self._attr_brightness = self._attr_rgb_color = None
        if (color := self.what.color) is not None:
            self._show_color(shown(_rgb, self.said(color)))
        if (brightness := self.what.brightness) is not None:
            said = shown(number(), self.said(brightness))
            self._attr_brightness = None if said is None else _level(brightness, said)

    def _show_color(self, rgb: Rgb | None) -> None:
        """Take over the colour; without a brightness of its own a light is as bright as that."""
        if rgb is not None:
            self._attr_brightness = max(rgb)
            self._attr_rgb_color = _full(rgb) if any(rgb) else rgb

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there, as bright and in the colour that is wanted."""
        level = kwargs.get(ATTR_BRIGHTNESS)
        wanted = self._switched(on=True)
        if (brightness := self.what.brightness) is not None:
            if level is not None:
                wanted[brightness.name] = _said(brightness, level)
            level = None  # nothing of the colour's
        if (color := self.what.color) is not None:
            rgb = kwargs.get(ATTR_RGB_COLOR)
            if rgb is not None or level is not None:
                wanted[color.name] = self._color(rgb, level)
        await self.set(wanted)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.set(self._switched(on=False))

    def _switched(self, *, on: bool) -> dict[str, Any]:
        return {} if self.what.parameter is None else {self.what.parameter.name: on}

    def _color(self, rgb: Rgb | None, level: int | None) -> str:
        """Return a colour as it is said; what is not wanted anew stays as it is."""
        if self.what.brightness is not None:
            level = _FULL
        parts = rgb or _full(self._attr_rgb_color or _WHITE)
        factor = (level or self._attr_brightness or _FULL) / _FULL
        return "".join(f"{round(part * factor):02X}" for part in parts)


def _rgb(value: Value) -> Rgb:
    """Return the bytes of a colour, without its opacity; ValueError for what is none."""
    try:
        said = parse_color(text(value))
    except BadRequest as err:
        raise ValueError(value) from err
    red, green, blue = bytes.fromhex(said[:6])
    return red, green, blue


def _full(rgb: Rgb) -> Rgb:
    """Return a colour as bright as it can be; black has none, and is white then."""
    if not any(rgb):
        return _WHITE
    red, green, blue = match_max_scale(_WHITE, rgb)
    return red, green, blue


def _range(brightness: Parameter) -> tuple[float, float]:
    low = brightness.minimum or 0.0
    high = _PERCENT if brightness.maximum is None else brightness.maximum
    return low, high if high > low else low + _PERCENT


def _level(brightness: Parameter, said: float) -> int:
    """Return a brightness as Home Assistant counts it, from 0 to 255."""
    low, high = _range(brightness)
    share = (min(high, max(low, said)) - low) / (high - low)
    return round(share * _FULL)


def _said(brightness: Parameter, level: int) -> float:
    """Return a brightness as the node counts it."""
    low, high = _range(brightness)
    return low + level * (high - low) / _FULL
