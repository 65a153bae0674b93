"""Scripts and automations that are dangerous by more than the entities they name."""

from typing import Any

import pytest

from custom_components.xmpp_iot.contacts.danger import async_is_dangerous
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

UNLOCKS = {"action": "lock.unlock", "target": {"entity_id": "lock.front"}}


@pytest.fixture(autouse=True)
def lock(hass: HomeAssistant) -> None:
    """Have a lock."""
    hass.states.async_set("lock.front", "locked")


async def script(hass: HomeAssistant, *steps: Any) -> None:
    """Have a script that does these steps, and one that unlocks."""
    scripts = {"tested": {"sequence": list(steps)}, "unlocks": {"sequence": [UNLOCKS]}}
    assert await async_setup_component(hass, "script", {"script": scripts})


def is_dangerous(hass: HomeAssistant) -> bool:
    """Return whether the script is dangerous."""
    return async_is_dangerous(hass, "script.tested", "turn_on")


@pytest.mark.parametrize(
    "step",
    [
        pytest.param({"action": "script.unlocks"}, id="calls a script by its name"),
        pytest.param(
            {"action": "script.turn_on", "target": {"entity_id": "script.unlocks"}},
            id="turns a script on",
        ),
        pytest.param(
            {"action": "lock.unlock", "target": {"entity_id": "{{ which }}"}},
            id="unlocks what it is told",
        ),
        pytest.param(
            {"action": "lock.unlock", "data": {"entity_id": "{{ which }}"}},
            id="unlocks what it is told, as data",
        ),
        pytest.param(
            {"action": "lock.unlock", "data": "{{ what }}"},
            id="unlocks by data it is told",
        ),
        pytest.param(
            {"action": "lock.unlock", "target": {"entity_id": "all"}},
            id="unlocks everything",
        ),
        pytest.param({"action": "{{ what }}"}, id="does what it is told"),
        pytest.param(
            {
                "action": "homeassistant.turn_on",
                "target": {"entity_id": ["light.a", "{{ which }}"]},
            },
            id="turns on what it is told",
        ),
        pytest.param(
            {"action": "scene.turn_on", "target": {"area_id": "{{ which }}"}},
            id="sets a scene it is told",
        ),
        pytest.param(
            {
                "action": "scene.apply",
                "data": {"entities": {"lock.front": "unlocked"}},
            },
            id="sets a scene of its own",
        ),
        pytest.param(
            {"action": "scene.apply", "data": {"entities": "{{ what }}"}},
            id="sets a scene of what it is told",
        ),
        pytest.param(
            {"if": "{{ true }}", "then": [{"action": "script.unlocks"}]},
            id="in some cases",
        ),
        pytest.param(
            {"repeat": {"count": 2, "sequence": [{"action": "{{ what }}"}]}},
            id="again and again",
        ),
    ],
)
async def test_a_script_that_can_unlock_is_dangerous(
    hass: HomeAssistant, step: dict[str, Any]
) -> None:
    """Whoever starts it may say what it works on: what is not sure to be harmless is dangerous."""
    await script(hass, step)
    assert is_dangerous(hass)


@pytest.mark.parametrize(
    "step",
    [
        {"action": "light.turn_on", "target": {"entity_id": "{{ which }}"}},
        {"action": "lock.lock", "target": {"entity_id": "{{ which }}"}},
        {"action": "notify.notify", "data": {"message": "{{ text }}"}},
        {"delay": "00:00:01"},
        {"event": "something", "event_data": {"action": "lock.unlock"}},
    ],
)
async def test_a_script_that_cannot_unlock_is_not(
    hass: HomeAssistant, step: dict[str, Any]
) -> None:
    """Templates alone are harmless: lights open no doors."""
    await script(hass, step)
    assert not is_dangerous(hass)


async def test_scripts_that_call_each_other_are_looked_at_once(
    hass: HomeAssistant,
) -> None:
    """Recursion is allowed in scripts, and ends here."""
    await script(hass, {"action": "script.tested"})
    assert not is_dangerous(hass)


async def test_an_automation_that_is_told_what_to_unlock_is_dangerous(
    hass: HomeAssistant,
) -> None:
    """Automations have the same steps."""
    actions = [{"action": "lock.unlock", "target": {"entity_id": "{{ which }}"}}]
    config = {"id": "a", "alias": "Tested", "triggers": [], "actions": actions}
    assert await async_setup_component(hass, "automation", {"automation": config})
    assert async_is_dangerous(hass, "automation.tested", "trigger")
