"""Grants in words, as people read them in the forms and on the page of what a contact can do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
import string
from typing import Any, Final, Self

from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)
from homeassistant.util import dt as dt_util

from ..const import CONF_DAYS, CONF_LEVEL, DOMAIN
from .grant import DAYS, Grant, Level, Window
from .targets import async_named

MOST_NAMES: Final = 5  # of a target, in one line
MOST_CHARACTERS: Final = 60  # of a name

_MARKUP: Final = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


@dataclass(frozen=True, slots=True)
class Wording:
    """What can be said about grants, in the house's language."""

    hass: HomeAssistant
    common: Mapping[str, str]
    selector: Mapping[str, str]

    @classmethod
    async def of(cls, hass: HomeAssistant) -> Self:
        """Return the words of the language that Home Assistant is set to."""
        language = hass.config.language
        return cls(
            hass,
            await async_get_translations(hass, language, "common", {DOMAIN}),
            await async_get_translations(hass, language, "selector", {DOMAIN}),
        )

    @classmethod
    @callback
    def async_cached(cls, hass: HomeAssistant) -> Self:
        """Return the same at once: Home Assistant has the words of what is set up at hand.

        In English as long as it is still loading those of another language, chosen just now.
        """

        def words(category: str) -> dict[str, str]:
            english, chosen = (
                async_get_cached_translations(hass, language, category, DOMAIN)
                for language in ("en", hass.config.language)
            )
            return {**english, **chosen}

        return cls(hass, words("common"), words("selector"))

    def say(self, key: str, **parts: object) -> str:
        """Return one of our own sentences, with what belongs in it."""
        return self.common[f"component.{DOMAIN}.common.{key}"].format(**parts)

    def level(self, level: Level) -> str:
        """Return what a level is called."""
        return self._option(CONF_LEVEL, level.value)

    @callback
    def async_grant(self, grant: Grant, left: int | None) -> str:
        """Return a whole grant in one line of plain text; `left` are its uses, None if nobody knows."""
        parts = [
            f"{self.level(grant.level)}: {self.async_target(grant)}",
            *self._window(grant.window),
        ]
        if grant.uses is not None and left is None:
            parts.append(self.say("grant_uses", count=grant.uses))
        elif grant.uses is not None:
            parts.append(self.say("grant_uses_left", left=left, count=grant.uses))
        if grant.dangerous:
            parts.append(self.say("grant_dangerous"))
        if grant.ask:
            parts.append(self.say("grant_ask"))
        return "; ".join(parts)

    @callback
    def async_target(self, grant: Grant) -> str:
        """Return what a grant is of, by the names that people know."""
        if grant.all_entities:
            return self.say("grant_everything")
        names = list(_names(self.hass, grant.target))
        if not names:
            return self.say("grant_nothing")
        listed = ", ".join(names[:MOST_NAMES])
        if (more := len(names) - MOST_NAMES) <= 0:
            return listed
        return f"{listed} {self.say('grant_more', count=more)}"

    def _window(self, window: Window) -> list[str]:
        parts = []
        if window.until is not None:
            parts.append(self.say("grant_until", moment=moment(window.until)))
        hours = [
            ", ".join(self._option(CONF_DAYS, DAYS[day]) for day in sorted(window.days))
        ]
        if window.begin is not None and window.end is not None:
            hours.append(f"{_clock(window.begin)}–{_clock(window.end)}")
        if any(hours):
            parts.append(" ".join(filter(None, hours)))
        return parts

    def _option(self, key: str, option: str) -> str:
        return self.selector[f"component.{DOMAIN}.selector.{key}.options.{option}"]


def moment(when: datetime) -> str:
    """Return a moment by the house's own clock, as everybody reads it."""
    return dt_util.as_local(when).strftime("%Y-%m-%d %H:%M")


def escaped(text: str) -> str:
    """Return Markdown that shows just this text."""
    return text.translate(_MARKUP)


@callback
def async_entity_name(hass: HomeAssistant, entity_id: str) -> str:
    """Return what people call an entity; its id, if it has no name now."""
    if (state := hass.states.get(entity_id)) is not None:
        return _cut(state.name)
    entry = er.async_get(hass).async_get(entity_id)
    name = None if entry is None else entry.name or entry.original_name
    return _cut(name or entity_id)


def _floor(hass: HomeAssistant, floor_id: str) -> str | None:
    floor = fr.async_get(hass).async_get_floor(floor_id)
    return None if floor is None else floor.name


def _area(hass: HomeAssistant, area_id: str) -> str | None:
    area = ar.async_get(hass).async_get_area(area_id)
    return None if area is None else area.name


def _label(hass: HomeAssistant, label_id: str) -> str | None:
    label = lr.async_get(hass).async_get_label(label_id)
    return None if label is None else label.name


def _device(hass: HomeAssistant, device_id: str) -> str | None:
    device = dr.async_get(hass).async_get(device_id)
    return None if device is None else device.name_by_user or device.name or device_id


_NAMED: Final[Mapping[str, Callable[[HomeAssistant, str], str | None]]] = {
    ATTR_FLOOR_ID: _floor,
    ATTR_AREA_ID: _area,
    ATTR_LABEL_ID: _label,
    ATTR_DEVICE_ID: _device,
    ATTR_ENTITY_ID: async_entity_name,
}
"""How the parts of a target are called, the widest first; None for what is gone."""


def _names(hass: HomeAssistant, target: Mapping[str, Any]) -> Iterable[str]:
    """Yield the names of what a target is made of."""
    named = async_named(hass, target)
    for kind, find in _NAMED.items():
        for item in named.get(kind, ()):
            if (name := find(hass, item)) is not None:
                yield _cut(name)


def _clock(hour: time) -> str:
    return hour.strftime("%H:%M")


def _cut(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1]}…"
