"""The form in which the nodes of another house are chosen, and what is said above it.

What the other house says of itself is shown as it is: above the form it is text and nothing else.
"""

from collections.abc import Iterable, Mapping
import string
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations

from .const import CONF_JID
from .remote.delivery import CONF_QUALITY, Delivery
from .remote.selection import (
    CONF_AREAS,
    CONF_DOMAINS,
    CONF_EVERYTHING,
    CONF_LABELS,
    CONF_NODES,
    CONF_PREFIX,
    CONF_STATISTICS,
    CONF_SUGGEST_AREAS,
)
from .remote.tally import Tally

# For each list what is kept, and what is shown.
type Lists = Mapping[str, Mapping[str, str]]

# The lists of what can be chosen, in the form's order.
CHOICES: Final = (CONF_AREAS, CONF_DOMAINS, CONF_LABELS, CONF_NODES)

MAX_COUNTS: Final = 40  # shown above the form; its lists have them all
MAX_TEXT: Final = 100  # characters of a name

_ESCAPED: Final = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def choice(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was chosen, as the subentry keeps it."""
    prefix = user_input.get(CONF_PREFIX, "").strip()
    return {
        CONF_EVERYTHING: user_input.get(CONF_EVERYTHING, True),
        **{key: list(user_input.get(key, ())) for key in CHOICES},
        CONF_PREFIX: f"{prefix} " if prefix else "",
        CONF_SUGGEST_AREAS: user_input.get(CONF_SUGGEST_AREAS, True),
        CONF_STATISTICS: user_input.get(CONF_STATISTICS, False),
        CONF_QUALITY: user_input.get(CONF_QUALITY, Delivery.ACKNOWLEDGED.value),
    }


def is_empty(chosen: Mapping[str, Any]) -> bool:
    """Return whether nothing is chosen."""
    return not chosen[CONF_EVERYTHING] and not any(chosen[key] for key in CHOICES)


def offered(tally: Tally, words: Mapping[str, str]) -> Lists:
    """Return what can be chosen of a house; `words` are the names of domains."""
    return {
        CONF_AREAS: {
            uid: f"{cut(name)} ({count})" for uid, (name, count) in tally.areas.items()
        },
        CONF_DOMAINS: {
            domain: f"{cut(words.get(domain, domain))} ({count})"
            for domain, count in tally.domains.items()
            if domain
        },
        CONF_LABELS: {
            label: f"{cut(label)} ({count})" for label, count in tally.labels.items()
        },
        CONF_NODES: {uid: cut(name) for uid, name in tally.nodes.items()},
    }


def schema(lists: Lists, chosen: Mapping[str, Any]) -> vol.Schema:
    """Return the form; what was chosen before stays in its lists, be it there now or not.

    A list that would be empty is left out.
    """
    fields: dict[vol.Marker, Any] = {
        vol.Required(CONF_EVERYTHING, default=True): BooleanSelector()
    }
    for key in CHOICES:
        options = {one: one for one in chosen.get(key, ())} | dict(lists.get(key, {}))
        if options:
            fields[vol.Optional(key)] = several(options)
    fields[vol.Optional(CONF_PREFIX)] = TextSelector()
    fields[vol.Required(CONF_SUGGEST_AREAS, default=True)] = BooleanSelector()
    fields[vol.Required(CONF_STATISTICS, default=False)] = BooleanSelector()
    usual = Delivery.ACKNOWLEDGED.value
    fields[vol.Required(CONF_QUALITY, default=usual)] = SelectSelector(
        SelectSelectorConfig(
            options=[one.value for one in Delivery],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=CONF_QUALITY,
        )
    )
    return vol.Schema(fields)


def counts(tally: Tally, words: Mapping[str, str]) -> dict[str, str]:
    """Return how much there is in all, by area and by domain, in Markdown, most first.

    These are lines and no tables, which would push the form itself out of sight.
    """
    return {
        "areas": _line(tally.areas.values()),
        "domains": _line(
            (words.get(domain, domain or "–"), count)
            for domain, count in tally.domains.items()
        ),
        "count": str(tally.count),
    }


def plain(text: str) -> str:
    """Return a text of others in one line of Markdown that shows just it."""
    return cut(text).translate(_ESCAPED)


def cut(text: str) -> str:
    """Return a text of others in one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TEXT else f"{line[: MAX_TEXT - 1]}…"


async def async_words(hass: HomeAssistant, domains: Iterable[str]) -> dict[str, str]:
    """Return the names of domains, of those that this Home Assistant knows.

    Nobody else's word is taken for the name of an integration to load.
    """
    known = {*map(str, Platform), *hass.config.top_level_components}.intersection(
        domains
    )
    titles = await async_get_translations(hass, hass.config.language, "title", known)
    names = {domain: titles.get(f"component.{domain}.title") for domain in known}
    return {domain: name for domain, name in names.items() if name}


async def async_remembered(
    hass: HomeAssistant, entry: ConfigEntry, chosen: Mapping[str, Any]
) -> Lists:
    """Return what was chosen of a house that cannot be asked, by the names it has here."""
    domains = chosen.get(CONF_DOMAINS, ())
    words = await async_words(hass, domains)
    house = f"{entry.unique_id}:{chosen[CONF_JID]}:"
    entities = {
        one.unique_id.removeprefix(house): one.entity_id
        for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if one.unique_id.startswith(house)
    }
    return {
        CONF_DOMAINS: {domain: words.get(domain, domain) for domain in domains},
        CONF_NODES: {uid: entities.get(uid, uid) for uid in chosen.get(CONF_NODES, ())},
    }


def several(options: Mapping[str, str]) -> SelectSelector:
    """Return a list, by the alphabet, of which any number can be chosen."""
    shown = [
        SelectOptionDict(value=value, label=label) for value, label in options.items()
    ]
    return SelectSelector(
        SelectSelectorConfig(
            options=sorted(shown, key=lambda option: option["label"].casefold()),
            multiple=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _line(counted: Iterable[tuple[str, int]]) -> str:
    """Return names with their numbers in one line; the last number stands for those that are too many."""
    ordered = sorted(counted, key=lambda one: (-one[1], one[0].casefold()))
    shown, rest = ordered[:MAX_COUNTS], ordered[MAX_COUNTS:]
    if rest:
        shown.append(("…", sum(count for _, count in rest)))
    # (a line never ends between a name and its number)
    return (
        " · ".join(f"{plain(name)}\N{NO-BREAK SPACE}({count})" for name, count in shown)
        or "–"
    )
