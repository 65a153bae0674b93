"""What the steps of a script or an automation work on, where Home Assistant does not say it.

It says which entities, devices and areas are named. It does not say which scripts are called by their names, and
what is decided only when the steps are taken: whoever starts them may be the one who decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.automation import (
    DATA_COMPONENT as AUTOMATIONS,
    AutomationEntity,
)
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.script import ScriptEntity
from homeassistant.components.script.const import DOMAIN as SCRIPT
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
    CONF_ACTION,
    CONF_ENTITIES,
    CONF_EVENT_DATA,
    CONF_EVENT_DATA_TEMPLATE,
    CONF_SERVICE_DATA,
    CONF_SERVICE_DATA_TEMPLATE,
    CONF_SERVICE_TEMPLATE,
    CONF_TARGET,
    CONF_VARIABLES,
    ENTITY_MATCH_ALL,
    SERVICE_RELOAD,
    SERVICE_TOGGLE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
)
from homeassistant.core import HomeAssistant, callback

_TARGETS: Final = (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
_DATA: Final = (CONF_TARGET, CONF_SERVICE_DATA, CONF_SERVICE_DATA_TEMPLATE)
# What is in them are no steps, however it is called.
_NO_STEPS: Final = frozenset(
    {*_DATA, CONF_EVENT_DATA, CONF_EVENT_DATA_TEMPLATE, CONF_VARIABLES}
)
_OF_ALL_SCRIPTS: Final = frozenset(
    {SERVICE_RELOAD, SERVICE_TOGGLE, SERVICE_TURN_OFF, SERVICE_TURN_ON}
)
_APPLIES: Final = ("scene", "apply")


@dataclass(frozen=True, slots=True)
class Call:
    """One action that is called; the domain is empty where it is decided only then."""

    domain: str
    action: str
    is_open: bool
    """Nobody knows beforehand on what."""
    names: tuple[str, ...] = ()
    """The entities it works on, as far as they stand neither in its target nor in its data's `entity_id`."""


@callback
def async_calls(hass: HomeAssistant, entity_id: str) -> tuple[Call, ...]:
    """Return the actions a script or an automation calls; none for anything else."""
    return tuple(map(_call, _calling(_sequence(hass, entity_id))))


def _sequence(hass: HomeAssistant, entity_id: str) -> Sequence[Any]:
    """Return the steps; none where Home Assistant cannot take them."""
    domain = entity_id.partition(".")[0]
    if domain == SCRIPT and SCRIPT in hass.data:
        script = hass.data[SCRIPT].get_entity(entity_id)
        return script.script.sequence if isinstance(script, ScriptEntity) else ()
    if domain == AUTOMATION and AUTOMATIONS in hass.data:
        known = hass.data[AUTOMATIONS].get_entity(entity_id)
        if isinstance(known, AutomationEntity):
            return known.action_script.sequence
    return ()


def _calling(steps: object) -> Iterator[Mapping[str, Any]]:
    """Yield the steps that call an action, however deep they are."""
    if isinstance(steps, Mapping):
        if CONF_ACTION in steps or CONF_SERVICE_TEMPLATE in steps:
            yield steps
        for key, within in steps.items():
            if key not in _NO_STEPS:
                yield from _calling(within)
    elif isinstance(steps, (list, tuple)):
        for step in steps:
            yield from _calling(step)


def _call(step: Mapping[str, Any]) -> Call:
    name = step.get(CONF_ACTION, step.get(CONF_SERVICE_TEMPLATE))
    if not isinstance(name, str):  # a template
        return Call("", "", is_open=True)
    domain, _, action = name.partition(".")
    parts = [step, *(step[key] for key in _DATA if key in step)]
    if domain == SCRIPT and action not in _OF_ALL_SCRIPTS:
        return Call(domain, action, is_open=False, names=(name,))
    if (domain, action) == _APPLIES:
        return _applied([part.get(CONF_ENTITIES) for part in parts[1:]])
    return Call(domain, action, is_open=any(map(_is_open, parts)))


def _applied(parts: Sequence[object]) -> Call:
    """Return the call that sets states as a scene does."""
    known = [one for one in parts if isinstance(one, Mapping)]
    names = tuple(str(name) for one in known for name in one)
    return Call(*_APPLIES, is_open=not names, names=names)


def _is_open(part: object) -> bool:
    """Return whether a part of a step leaves open what it works on."""
    if not isinstance(part, Mapping):  # a template
        return True
    targets = (part[key] for key in _TARGETS if key in part)
    return any(
        not isinstance(one, str) or one == ENTITY_MATCH_ALL
        for target in targets
        for one in (target if isinstance(target, (list, tuple)) else (target,))
    )
