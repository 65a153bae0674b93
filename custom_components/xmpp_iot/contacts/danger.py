"""Which actions can let somebody in, or leave the house unguarded: a grant includes them only if it says so.

A group, a scene, a script or an automation is as dangerous as what it works on: else a friend who has the
evening scene would have the front door. So is a script that leaves open what it works on (steps.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.components import automation, script
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.script.const import DOMAIN as SCRIPT
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_CLASS,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import DOMAIN as HOMEASSISTANT, HomeAssistant, State, callback

from .steps import Call, async_calls
from .targets import async_resolve


@dataclass(frozen=True, slots=True)
class Risk:
    """What is dangerous about the entities of a domain."""

    actions: frozenset[str] = frozenset()  # those, or all but `safe`
    safe: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()  # device classes that it is about; none: all

    def concerns(self, state: State) -> bool:
        """Return whether an entity of the domain is one that can be dangerous."""
        return (
            not self.classes or state.attributes.get(ATTR_DEVICE_CLASS) in self.classes
        )

    def includes(self, action: str) -> bool:
        """Return whether an action is a dangerous one."""
        return action in self.actions if self.actions else action not in self.safe


RISKS: Final[Mapping[str, Risk]] = {
    "alarm_control_panel": Risk(actions=frozenset({"alarm_disarm"})),
    "cover": Risk(
        safe=frozenset({"stop_cover", "stop_cover_tilt"}),
        classes=frozenset({"door", "garage", "gate", "window"}),
    ),
    "lock": Risk(actions=frozenset({"open", "unlock"})),
    "siren": Risk(),
    "valve": Risk(safe=frozenset({"stop_valve"})),
}
"""By domain; what is not here is not dangerous by itself."""

_SETS_IN_MOTION: Final = {
    AUTOMATION: frozenset({"toggle", "trigger", "turn_on"}),
    "scene": frozenset({"turn_on"}),
    SCRIPT: frozenset({"toggle", "turn_on"}),
}
"""Domains whose entities work on others, in ways of their own, and what has them do so."""

_OF_ANYTHING: Final = frozenset({"toggle", "turn_off", "turn_on"})
"""The actions of the domain `homeassistant` that work on entities of any."""

type _Finder = Callable[[HomeAssistant, str], list[str]]
_NAMED_IN: Final[Mapping[str, Mapping[str, _Finder]]] = {
    AUTOMATION: {
        ATTR_AREA_ID: automation.areas_in_automation,
        ATTR_DEVICE_ID: automation.devices_in_automation,
        ATTR_ENTITY_ID: automation.entities_in_automation,
        ATTR_FLOOR_ID: automation.floors_in_automation,
        ATTR_LABEL_ID: automation.labels_in_automation,
    },
    SCRIPT: {
        ATTR_AREA_ID: script.areas_in_script,
        ATTR_DEVICE_ID: script.devices_in_script,
        ATTR_ENTITY_ID: script.entities_in_script,
        ATTR_FLOOR_ID: script.floors_in_script,
        ATTR_LABEL_ID: script.labels_in_script,
    },
}


@callback
def async_is_dangerous(hass: HomeAssistant, entity_id: str, action: str) -> bool:
    """Return whether an action on an entity, or on what belongs to it, is dangerous."""
    domain = entity_id.partition(".")[0]
    if domain in _SETS_IN_MOTION:
        return action in _SETS_IN_MOTION[domain] and any(
            _can_be_dangerous(hass, one) or _leaves_it_open(hass, one)
            for one in _all_within(hass, entity_id)
        )
    if (risk := RISKS.get(domain)) is None or not risk.includes(action):
        return False
    return any(_concerns(hass, risk, one) for one in _all_within(hass, entity_id))


def _can_be_dangerous(hass: HomeAssistant, entity_id: str) -> bool:
    """Return whether anything that can be done to an entity is dangerous."""
    risk = RISKS.get(entity_id.partition(".")[0])
    return risk is not None and _concerns(hass, risk, entity_id)


def _leaves_it_open(hass: HomeAssistant, entity_id: str) -> bool:
    """Return whether a script or an automation may do something dangerous when the time comes."""
    return any(
        call.is_open and _may_be_dangerous(hass, call)
        for call in async_calls(hass, entity_id)
    )


def _may_be_dangerous(hass: HomeAssistant, call: Call) -> bool:
    """Return whether a call is dangerous for some of the entities it could work on."""
    if (risk := RISKS.get(call.domain)) is not None:
        return risk.includes(call.action) and any(
            map(risk.concerns, hass.states.async_all(call.domain))
        )
    if call.domain == HOMEASSISTANT:
        return call.action in _OF_ANYTHING
    if call.domain == "scene":
        return True
    return not call.domain or call.action in _SETS_IN_MOTION.get(call.domain, ())


def _concerns(hass: HomeAssistant, risk: Risk, entity_id: str) -> bool:
    state = hass.states.get(entity_id)
    return state is not None and risk.concerns(state)


def _all_within(hass: HomeAssistant, entity_id: str) -> frozenset[str]:
    """Return an entity and all that belongs to it, however deep."""
    found: set[str] = set()
    waiting = {entity_id}
    while waiting:
        found |= waiting
        waiting = {one for it in waiting for one in _within(hass, it)} - found
    return frozenset(found)


def _within(hass: HomeAssistant, entity_id: str) -> frozenset[str]:
    """Return what a group or a scene has as members, or a script or an automation names."""
    if (finders := _NAMED_IN.get(entity_id.partition(".")[0])) is not None:
        named = {
            # (Home Assistant has templates among them.)
            key: [one for one in find(hass, entity_id) if isinstance(one, str)]
            for key, find in finders.items()
        }
        called = (one.names for one in async_calls(hass, entity_id))
        return async_resolve(hass, named).union(*called)
    state = hass.states.get(entity_id)
    members = None if state is None else state.attributes.get(ATTR_ENTITY_ID)
    if not isinstance(members, (list, tuple)):
        return frozenset()
    return frozenset(one for one in members if isinstance(one, str))
