"""Correct how something foreign is shown here: what was guessed of its fields and parameters may be wrong."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_DEVICE_CLASS, CONF_PLATFORM, Platform
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import CONF_JID
from .models import XmppIotConfigEntry
from .remote.foreign import ForeignEntity
from .remote.foreign_mapping import (
    ALTERNATIVES,
    CONF_HIDDEN,
    CONF_MAPPING,
    CONF_UNIT,
    DEVICE_CLASSES,
    ForeignMapping,
    corrected,
)
from .remote.link import Link
from .remote.node import RemoteNode

CONF_ENTITY: Final = "entity"
_GUESS: Final = ForeignMapping({})
_WITH_UNIT: Final = frozenset({Platform.NUMBER, Platform.SENSOR})


class MappingSteps(ConfigSubentryFlow):
    """The steps in which one foreign entity is chosen, and said how it is to be shown."""

    _node: RemoteNode
    _entity: ForeignEntity

    async def async_step_correct(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which entity is not shown as it should be."""
        found = {str(number): one for number, one in enumerate(self._guessed())}
        if user_input is not None and user_input[CONF_ENTITY] in found:
            self._node, self._entity = found[user_input[CONF_ENTITY]]
            return await self.async_step_correction()
        options = [
            SelectOptionDict(
                value=number, label=f"{node.info.display_name or node.id}: {one.name}"
            )
            for number, (node, one) in found.items()
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
        )
        return self.async_show_form(
            step_id="correct",
            data_schema=vol.Schema({vol.Required(CONF_ENTITY): selector}),
        )

    async def async_step_correction(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how it is to be shown."""
        subentry = self._get_reconfigure_subentry()
        mapping = ForeignMapping.from_data(subentry.data)
        present = mapping.of(self._node).get(self._entity.key, {})
        if user_input is not None:
            corrections = _with(mapping, self._node, self._entity, user_input)
            return self.async_update_and_abort(
                self._get_entry(),
                subentry,
                data={**subentry.data, CONF_MAPPING: corrections},
            )
        shown = corrected(self._entity, present)
        return self.async_show_form(
            step_id="correction",
            data_schema=self.add_suggested_values_to_schema(
                _schema(self._entity),
                {
                    CONF_HIDDEN: bool(present.get(CONF_HIDDEN)),
                    CONF_PLATFORM: shown.platform,
                    CONF_DEVICE_CLASS: shown.device_class,
                    CONF_UNIT: shown.unit,
                },
            ),
            description_placeholders={"name": self._entity.name},
        )

    @callback
    def _is_foreign(self) -> bool:
        """Return whether the house has anything whose kind was guessed."""
        return next(self._guessed(), None) is not None

    def _guessed(self) -> Iterator[tuple[RemoteNode, ForeignEntity]]:
        """Yield what is guessed of the house's nodes, as long as it is linked and known."""
        if (link := self._link()) is None:
            return
        for node in link.store:
            if not node.domain:
                yield from ((node, one) for one in _GUESS.entities(node))

    def _link(self) -> Link | None:
        entry: XmppIotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return None
        jid = self._get_reconfigure_subentry().data[CONF_JID]
        return next(
            (one for one in entry.runtime_data.links if one.devices.house == jid), None
        )


def _schema(entity: ForeignEntity) -> vol.Schema:
    """Return the form: of what the entity can be, and of what that can have."""
    platforms = {entity.platform, *ALTERNATIVES.get(entity.platform, ())}
    classes = {name for one in platforms for name in DEVICE_CLASSES.get(one, ())}
    fields: dict[vol.Marker, Any] = {
        vol.Required(CONF_HIDDEN, default=False): BooleanSelector()
    }
    if len(platforms) > 1:
        fields[vol.Required(CONF_PLATFORM)] = _choice(CONF_PLATFORM, platforms)
    if classes:
        fields[vol.Optional(CONF_DEVICE_CLASS)] = _choice(None, classes)
    if platforms & _WITH_UNIT:
        fields[vol.Optional(CONF_UNIT)] = TextSelector()
    return vol.Schema(fields)


def _choice(translation_key: str | None, names: set[Any]) -> SelectSelector:
    config = SelectSelectorConfig(
        options=sorted(str(name) for name in names),
        mode=SelectSelectorMode.DROPDOWN,
    )
    if translation_key:
        config["translation_key"] = translation_key
    return SelectSelector(config)


def _with(
    mapping: ForeignMapping,
    node: RemoteNode,
    entity: ForeignEntity,
    user_input: Mapping[str, Any],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return all corrections with this one; one that says what was guessed anyway is none."""
    made: dict[str, Any] = {
        CONF_PLATFORM: user_input.get(CONF_PLATFORM, entity.platform),
        CONF_DEVICE_CLASS: user_input.get(CONF_DEVICE_CLASS, ""),
        CONF_UNIT: user_input.get(CONF_UNIT, "").strip(),
        CONF_HIDDEN: user_input[CONF_HIDDEN],
    }
    guessed: dict[str, Any] = {
        CONF_PLATFORM: entity.platform,
        CONF_DEVICE_CLASS: entity.device_class or "",
        CONF_UNIT: entity.unit or "",
        CONF_HIDDEN: False,
    }
    changed = {key: value for key, value in made.items() if value != guessed[key]}
    corrections = {
        uid: {key: dict(one) for key, one in keys.items()}
        for uid, keys in mapping.corrections.items()
    }
    corrections.setdefault(node.uid, {})[entity.key] = changed
    return {
        uid: kept
        for uid, keys in corrections.items()
        if (kept := {key: one for key, one in keys.items() if one})
    }
