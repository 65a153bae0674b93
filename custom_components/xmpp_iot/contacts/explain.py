"""What a contact can do right now, and why not more: a page for the owner."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.util import dt as dt_util

from .grant import Contact, Grant, Level, Window
from .grants import Grants
from .index import Rows
from .wording import Wording, async_entity_name, escaped, moment

MOST_ENTITIES: Final = 200  # named for a level; the rest is a number
_CHANGES_A_WEEK: Final = 30  # of a window, at most: midnights, openings and ends


async def async_describe_rights(
    hass: HomeAssistant, grants: Grants, contact: Contact
) -> str:
    """Return a contact's grants, each open or why it is not, and what may be done to what by them, in Markdown."""
    wording = await Wording.of(hass)
    if not contact.grants:
        return wording.say("rights_none")
    rows = grants.rights(contact.jid)
    lines = [
        f"{number}. {_describe(wording, grants, grant, rows)}"
        for number, grant in enumerate(contact.grants, start=1)
    ]
    for level, entities in _by_level(rows).items():
        lines += ["", f"**{escaped(wording.level(level))}** ({len(entities)})", ""]
        lines += _by_area(wording, entities)
    return "\n".join(lines)


def _describe(wording: Wording, grants: Grants, grant: Grant, rows: Rows) -> str:
    """Return a grant and whether it counts now."""
    line = escaped(wording.async_grant(grant, grants.uses_left(grant)))
    seen = next((seen for one, seen in rows if one.id == grant.id), None)
    return f"{line}  \n   *{escaped(_condition(wording, grants, grant, seen))}*"


def _condition(
    wording: Wording, grants: Grants, grant: Grant, seen: frozenset[str] | None
) -> str:
    """Return whether a grant counts now, or why it does not; `seen` is what it means if it does."""
    now = dt_util.utcnow()
    until = grant.window.until
    if until is not None and now >= until:
        return wording.say("rights_expired")
    if grants.uses_left(grant) == 0:
        return wording.say("rights_used_up")
    if seen is None:
        opens = _opening(grant.window, now)
        if opens is None:
            return wording.say("rights_never")
        return wording.say("rights_closed", moment=moment(opens))
    return wording.say("rights_open" if seen else "rights_empty", count=len(seen))


def _opening(window: Window, now: datetime) -> datetime | None:
    """Return when a window that is closed opens; None if it never will."""
    change = window.next_change(now)
    for _ in range(_CHANGES_A_WEEK):
        if change is None or window.is_open(change):
            return change
        change = window.next_change(change)
    return None


def _by_level(rows: Rows) -> Mapping[Level, set[str]]:
    """Return what is seen by the most that may be done to it, least first."""
    levels: dict[Level, set[str]] = {}
    known: set[str] = set()
    for level in reversed(Level):
        found = {one for grant, seen in rows if grant.level is level for one in seen}
        levels[level] = found - known
        known |= found
    return {level: levels[level] for level in Level if levels[level]}


def _by_area(wording: Wording, entities: Iterable[str]) -> list[str]:
    """Return the entities' names, a line for each area."""
    hass = wording.hass
    areas: defaultdict[str, list[str]] = defaultdict(list)
    shown = sorted(entities)
    for entity_id in shown[:MOST_ENTITIES]:
        area = _async_area(hass, entity_id) or wording.say("no_area")
        areas[area].append(async_entity_name(hass, entity_id))
    lines = [
        f"- *{escaped(area)}:* {', '.join(map(escaped, sorted(names, key=str.casefold)))}"
        for area, names in sorted(areas.items(), key=lambda one: one[0].casefold())
    ]
    if (more := len(shown) - MOST_ENTITIES) > 0:
        lines.append(f"- {escaped(wording.say('grant_more', count=more))}")
    return lines


@callback
def _async_area(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the name of the area an entity is in, by itself or with its device."""
    if (entry := er.async_get(hass).async_get(entity_id)) is None:
        return None
    area_id = entry.area_id
    if area_id is None and entry.device_id is not None:
        device = dr.async_get(hass).async_get(entry.device_id)
        area_id = None if device is None else device.area_id
    area = None if area_id is None else ar.async_get(hass).async_get_area(area_id)
    return None if area is None else area.name
