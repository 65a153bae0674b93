"""Which of Home Assistant's actions an entity has as commands.

All that Home Assistant describes with a target the entity fits, but for what its domain's row withholds and
what needs more than a form can ask for.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service import (
    async_get_all_descriptions,
    async_get_cached_service_description,
)

from .domains import domain_of
from .inputs import Description, Input, as_list, features, inputs_of

# They are about all of a domain's entities, or none of those there are.
_HOUSEKEEPING: Final = frozenset({"reload"})


class Catalogue:
    """Home Assistant's descriptions of its actions, and which entity has which."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look into the descriptions of `hass`."""
        self._hass = hass
        self._described: Mapping[str, Mapping[str, Description]] = {}

    async def refresh(self) -> None:
        """Take in what Home Assistant describes now; quick where nothing is new."""
        self._described = await async_get_all_descriptions(self._hass)

    def actions(self, state: State) -> list[tuple[str, Description, tuple[Input, ...]]]:
        """Return the actions of an entity as last taken in, in their order, with their inputs."""
        return [
            (action, description, inputs)
            for action, description in self._candidates(state)
            if (inputs := inputs_of(action, description, state)) is not None
        ]

    def any(self, state: State) -> bool:
        """Return whether an entity has an action, as last taken in."""
        needy = {name.partition(".")[0] for name in domain_of(state.entity_id).required}
        # One that needs nothing can always be offered: the others take longer to find out about.
        return any(
            action not in needy and not _needs(description.get("fields") or {})
            for action, description in self._candidates(state)
        ) or any(
            inputs_of(action, description, state) is not None
            for action, description in self._candidates(state)
        )

    async def find(
        self, state: State, action: str
    ) -> tuple[Description, tuple[Input, ...]] | None:
        """Return the description of an action the entity has now, and its inputs; None where it has no such action.

        Quick for what Home Assistant has described before.
        """
        if not self._hass.services.has_service(state.domain, action):
            return None
        described: Description | None = async_get_cached_service_description(
            self._hass, state.domain, action
        )
        if described is None:
            await self.refresh()
            described = self._described.get(state.domain, {}).get(action)
        if described is None or not self._is_offered(action, described, state):
            return None
        inputs = inputs_of(action, described, state)
        return None if inputs is None else (described, inputs)

    def _candidates(self, state: State) -> Iterator[tuple[str, Description]]:
        for action, description in self._described.get(state.domain, {}).items():
            if self._is_offered(action, description, state):
                yield action, description

    def _is_offered(self, action: str, description: Description, state: State) -> bool:
        """Return whether an entity has a described action, as far as its target says."""
        row = domain_of(state.entity_id)
        condition = row.conditions.get(action)
        return (
            action not in row.withheld
            and action not in _HOUSEKEEPING
            and "target" in description
            and (condition is None or condition(state))
            and self._fits(description["target"] or {}, state)
        )

    def _fits(self, target: Mapping[str, object], state: State) -> bool:
        """Return whether an action's target fits an entity: all that one of its filters says."""
        return any(
            self._passes(one, state) for one in as_list(target.get("entity"))
        ) or (not target.get("entity"))

    def _passes(self, one: Mapping[str, object], state: State) -> bool:
        return (
            _among(state.domain, one.get("domain"))
            and features(one.get("supported_features"), state)
            and _among(state.attributes.get("device_class"), one.get("device_class"))
            and _among(self._platform(state.entity_id), one.get("integration"))
        )

    def _platform(self, entity_id: str) -> str | None:
        entry = er.async_get(self._hass).async_get(entity_id)
        return entry.platform if entry else None


def _among(value: object, wanted: object) -> bool:
    """Return whether a value is one of those wanted, or nothing is."""
    return not wanted or value in as_list(wanted)


def _needs(fields: Mapping[str, Description]) -> bool:
    """Return whether any of the fields, or of those in its sections, has to be filled in."""
    return any(
        one.get("required") or _needs(one.get("fields") or {})
        for one in fields.values()
    )
