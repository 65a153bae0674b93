"""What it would give away to move something: grants by area are the owner's to give, not those of who may move it.

So a contact moves a thing only to where nobody may do more to it than the contact itself, nor for longer.
"""

from collections.abc import Collection, Mapping
from typing import Any

from homeassistant.const import ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar

from .grant import Grant, Window
from .grants import Grants
from .targets import async_resolve


@callback
def async_closed_areas(
    hass: HomeAssistant,
    grants: Grants,
    mover: str,
    entities: Collection[str],
    areas: Collection[str],
) -> frozenset[str]:
    """Return those of the areas where somebody would get rights to the entities that the mover cannot give.

    Grants count whether they are open now or not: they may be later.
    """
    held = {
        entity_id: [one for one, seen in grants.rights(mover) if entity_id in seen]
        for entity_id in entities
    }
    closed: set[str] = set()
    for contact in grants.contacts:
        for grant in contact.grants:
            concerned = _areas(hass, grant).intersection(areas) - closed
            if not concerned:
                continue
            gained = [
                entity_id
                for entity_id, rows in held.items()
                if not any(_includes(row, grant) for row in rows)
            ]
            if gained and not async_resolve(hass, grant.target).issuperset(gained):
                closed |= concerned
    return frozenset(closed)


def _includes(held: Grant, other: Grant) -> bool:
    """Return whether a grant goes as far as another, as often and as long."""
    return (
        held.allows(other.level, other.dangerous)
        and held.uses is None
        and held.window in (Window(), other.window)
    )


def _areas(hass: HomeAssistant, grant: Grant) -> set[str]:
    """Return the areas whose things a grant means because they are there."""
    if grant.all_entities:
        return set()
    registry, target = ar.async_get(hass), grant.target
    by_floor = (
        ar.async_entries_for_floor(registry, it) for it in _ids(target, ATTR_FLOOR_ID)
    )
    by_label = (
        ar.async_entries_for_label(registry, it) for it in _ids(target, ATTR_LABEL_ID)
    )
    found = {area.id for areas in (*by_floor, *by_label) for area in areas}
    return found.union(_ids(target, ATTR_AREA_ID))


def _ids(target: Mapping[str, Any], kind: str) -> list[str]:
    ids: list[str] = target.get(kind, [])
    return ids
