"""Which entities a grant's target means, in a house that is being renamed and rebuilt.

Home Assistant's target selector stores entity ids. A grant that did so would be lost when its entity
is renamed, and would pass to whatever entity takes the id next. So a kept target names registered
entities by the id of their registry entry.
"""

from collections.abc import Container, Mapping
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..const import DOMAIN

type Parts = dict[tuple[str, ...], frozenset[str]]
"""What an area, a label ... means, by its kind and id."""

# Parts of the house's own ears, mouth and mind: they have no state worth following, and whoever could
# command them would reach past their node.
NOT_SHARED: Final = frozenset(
    {
        "ai_task",
        "assist_satellite",
        "conversation",
        "image_processing",
        "infrared",
        "radio_frequency",
        "stt",
        "tts",
        "wake_word",
    }
)


@callback
def async_shareable(hass: HomeAssistant, never: Container[str] = ()) -> frozenset[str]:
    """Return every entity that a contact could see: with a state, or registered and enabled.

    None of a domain in `never`. Entities of this integration are left out: two houses that are each other's contacts would
    mirror their mirrors. So are those of the domains that are not shared with anybody.
    """
    ours: set[str] = set()
    enabled: set[str] = set()
    for entry in er.async_get(hass).entities.values():
        excluded = entry.disabled_by is not None or entry.platform == DOMAIN
        (ours if excluded else enabled).add(entry.entity_id)
    return frozenset(
        entity_id
        for entity_id in enabled.union(hass.states.async_entity_ids()) - ours
        if (domain := entity_id.partition(".")[0]) not in NOT_SHARED
        and domain not in never
    )


@callback
def async_resolve(
    hass: HomeAssistant, target: Mapping[str, Any], known: Parts | None = None
) -> frozenset[str]:
    """Return the entity ids that `target` means now, whether they exist or not.

    Entities named one by one count even when they are hidden; those that come with their device,
    area, floor or label do not, and config and diagnostic entities do. What areas and the like mean is
    looked up in `known`, and added to it: many targets of a moment have them in common.
    """
    parts: Parts = {} if known is None else known
    found: set[str] = set()
    for kind, ids in async_named(hass, target).items():
        # (thousands of entities are one look)
        asked = [ids] if kind == ATTR_ENTITY_ID else [[one] for one in _listed(ids)]
        for some in asked:
            key = (kind, *some)
            if key not in parts:
                parts[key] = _meant(hass, {kind: some})
            found |= parts[key]
    return frozenset(found)


def _listed(ids: Any) -> list[str]:
    return [ids] if isinstance(ids, str) else list(ids)


@callback
def _meant(hass: HomeAssistant, target: Mapping[str, Any]) -> frozenset[str]:
    selected = async_extract_referenced_entity_ids(
        hass,
        TargetSelection(dict(target)),
        expand_group=False,
        primary_entities_only=False,
    )
    return frozenset(selected.referenced | selected.indirectly_referenced)


@callback
def async_pinned(hass: HomeAssistant, target: Mapping[str, Any]) -> dict[str, Any]:
    """Return `target` as it is kept: registered entities by the id of their registry entry."""
    registry = er.async_get(hass)

    def pin(entity_id: str) -> str:
        entry = registry.async_get(entity_id)
        return entity_id if entry is None else entry.id

    return _with_entities(target, [pin(item) for item in _entities(target)])


@callback
def async_named(hass: HomeAssistant, target: Mapping[str, Any]) -> dict[str, Any]:
    """Return `target` as people know it: by entity ids, without entities that are gone."""
    registry = er.async_get(hass)
    names = (er.async_resolve_entity_id(registry, item) for item in _entities(target))
    return _with_entities(target, [name for name in names if name is not None])


def _entities(target: Mapping[str, Any]) -> list[str]:
    """Return the entities that `target` names one by one."""
    entities: list[str] = target.get(ATTR_ENTITY_ID, [])
    return entities


def _with_entities(target: Mapping[str, Any], entities: list[str]) -> dict[str, Any]:
    """Return `target` naming these entities one by one, and no empty list."""
    return {
        key: value
        for key, value in {**target, ATTR_ENTITY_ID: entities}.items()
        if value
    }
