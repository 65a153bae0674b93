"""Every domain, one after the other: what it is, what can be set, what can be commanded, in every dialect.

The house is set up once for each test, so each goes through all entities and says at the end what was
wrong with which.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.xmpp_iot.concentrator.domains import DOMAINS, domain_of
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.concentrator.parameter import Parameter, by_name
from custom_components.xmpp_iot.concentrator.parameters import Press, Switch
from custom_components.xmpp_iot.concentrator.pictures import PICTURE
from custom_components.xmpp_iot.contacts.targets import NOT_SHARED
from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator import decode_tree, encode_tree
from custom_components.xmpp_iot.wire.control import decode_set, encode_set
from custom_components.xmpp_iot.wire.dialect_nf import NF
from custom_components.xmpp_iot.wire.dialect_xsf import XSF
from custom_components.xmpp_iot.wire.errors import StanzaError
from custom_components.xmpp_iot.wire.form_model import Form, Submission
from custom_components.xmpp_iot.wire.forms import encode_form
from custom_components.xmpp_iot.wire.model import (
    Commands,
    CommandType,
    ControlRequest,
    Done,
    NodeRef,
    Nodes,
    Operation,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.progress import pack, render_progress
from custom_components.xmpp_iot.wire.report import QueryRef, ReportObject, TableBegun
from custom_components.xmpp_iot.wire.sensor_data import render_fields, render_reading
from custom_components.xmpp_iot.wire.xml import Element, to_text
from homeassistant.components.demo import (
    COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM,
    lock as demo_lock,
    valve as demo_valve,
)
from homeassistant.const import EVENT_CALL_SERVICE, Platform
from homeassistant.core import HomeAssistant, State

from ..wire.schemas import problems
from .conftest import Actor, Home
from .everything import async_setup_everything_else
from .sampling import sample

# What this house's entities do not do, though they say so, and why. The action is called all the same.
REFUSED: Final = {
    "alarm_control_panel.alarm_trigger": "it is once more, and the demo's alarm cannot be triggered twice",
    "media_player.media_seek": "the demo's players do not seek",
    "timer.change": "only a timer that runs can be changed",
}
# Effects that no state shows, by parameter, and why.
UNSEEN: Final = {
    **dict.fromkeys(
        ("cover.position", "cover.tilt_position", "valve.position"),
        "the demo's motors take their time",
    ),
    "camera.power": "a camera is idle, and may be on or off",
    "lock.locked": "one of the demo's locks jams",
    "script.run": "a script this short is over at once",
}
# What goes along with a parameter: its counterpart must fit.
WITH: Final[dict[str, dict[str, str]]] = {
    "climate.target_temp_low": {"target_temp_low": "18", "target_temp_high": "25"},
    "climate.target_temp_high": {"target_temp_low": "17", "target_temp_high": "26"},
}
# What a command needs beside what its form demands, whole, and with none of its other fields.
ALONG: Final = {
    "alarm_control_panel.alarm_arm_away": {"code"},
    "alarm_control_panel.alarm_arm_custom_bypass": {"code"},
    "alarm_control_panel.alarm_arm_home": {"code"},
    "alarm_control_panel.alarm_arm_night": {"code"},
    "alarm_control_panel.alarm_arm_vacation": {"code"},
    "alarm_control_panel.alarm_disarm": {"code"},
    "calendar.create_event": {"start_date", "end_date"},
    "climate.set_temperature": {"temperature", "target_temp_low", "target_temp_high"},
    "todo.update_item": {"status"},
}
# What a query is asked with.
ASKED: Final = {"duration", "type"}
# Fields that exclude what goes along.
ELSE: Final = {"calendar.create_event": {"start_date_time", "end_date_time"}}


@pytest.fixture
def platforms() -> list[Platform]:
    """Want everything the demo has."""
    return COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM


@pytest.fixture
async def demo(demo: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> HomeAssistant:
    """Return the house with everything in it."""
    monkeypatch.setattr(demo_lock, "LOCK_UNLOCK_DELAY", 0)
    monkeypatch.setattr(demo_valve, "OPEN_CLOSE_DELAY", 0)
    await async_setup_everything_else(demo)
    return demo


def _shown(home: Home) -> list[State]:
    """Return the entities that a contact with everything sees."""
    return [s for s in home.hass.states.async_all() if s.domain not in NOT_SHARED]


async def test_every_domain_is_here(home: Home, friend: Actor) -> None:
    """The house has an entity of every domain that has a row; what is not shared is not there."""
    assert DOMAINS.keys() ^ {state.domain for state in _shown(home)} == set()
    for domain in ("conversation", "stt", "image_processing"):
        (entity_id, *_) = home.hass.states.async_entity_ids(domain)
        assert await friend.contains(entity_id) == (False,)


async def test_every_entity_says_what_it_is(home: Home, friend: Actor) -> None:
    """Node, fields, form and commands of every entity are what the schemas allow, in every dialect."""
    wrong: list[str] = []
    for state in _shown(home):
        node = await friend.node(state.entity_id)
        assert node.node_type == f"homeassistant.{state.domain}"
        (reading,) = await friend.readings(state.entity_id)
        assert not reading.error
        secret = state.attributes.get("mode") == "password"
        assert ("state" in {field.name for field in reading.fields}) is not secret
        commands = await friend.commands(state.entity_id)
        assert node.has_commands == bool(commands)
        forms = [
            await friend.command_form(state.entity_id, command) for command in commands
        ]
        if node.is_controllable:
            forms.append(await friend.control_form(state.entity_id))
        for dialect in (NF, XSF):
            wrong += _problems(
                render_fields([render_reading(reading, dialect)], dialect, "1"),
                encode_answer(Operation.GET_NODES, Nodes((node,)), dialect),
                encode_answer(
                    Operation.GET_NODE_COMMANDS,
                    Commands(tuple(commands.values())),
                    dialect,
                ),
                *(encode_form(form, dialect) for form in forms),
            )
    assert not wrong, "\n".join(wrong)


def _problems(*payloads: str | Element | None) -> list[str]:
    """Return what the schemas say against some payloads, taken together."""
    texts = (
        one if isinstance(one, str) else to_text(one)
        for one in payloads
        if one is not None
    )
    return problems("".join(texts))


async def test_every_parameter_can_be_set(home: Home, friend: Actor) -> None:
    """Each parameter of each entity takes a value of its form, and the entity then has it."""
    wrong: list[str] = []
    seen: set[str] = set()
    calls = async_capture_events(home.hass, EVENT_CALL_SERVICE)
    for entity_id in [state.entity_id for state in _shown(home)]:
        row = domain_of(entity_id)
        for name, one in by_name(row.parameters, _state(home, entity_id)).items():
            calls.clear()
            seen.add(key := f"{_domain(entity_id)}.{name}")
            unseen = await _set(home, friend, entity_id, one, WITH.get(key))
            if calls[0].data["service_data"]["entity_id"] != entity_id:
                wrong.append(f"{entity_id} {name}: {calls}")
            if unseen and key not in UNSEEN:
                wrong.append(f"{entity_id} {name}: {unseen}")
    assert not wrong, "\n".join(wrong)
    # Every parameter of the table is one that some entity here has.
    assert seen == {
        f"{d}.{p.name}" for d, row in DOMAINS.items() for p in row.parameters
    }


async def _set(
    home: Home,
    friend: Actor,
    entity_id: str,
    one: Parameter,
    along: dict[str, str] | None,
) -> str:
    """Set a parameter to another value, and what is switched back again; return what does not show."""
    before = one.current(_state(home, entity_id))
    fields = {
        field.var: field for field in (await friend.control_form(entity_id)).fields
    }
    pressed = isinstance(one, Press)
    wanted = "true" if pressed else sample(fields[one.name], before)[0][0]
    if along:
        wanted = along[one.name]
    given = {name: (text,) for name, text in (along or {one.name: wanted}).items()}
    try:
        await _control(friend, entity_id, given)
        await home.hass.async_block_till_done()
        now = one.current(_state(home, entity_id))
        if isinstance(one, Switch):  # what is off has no other values
            back = "true" if wanted == "false" else "false"
            await _control(friend, entity_id, {one.name: (back,)})
            await home.hass.async_block_till_done()
    except StanzaError as err:
        return "" if f"{_domain(entity_id)}.{one.action}" in REFUSED else err.text
    shows = pressed or now == wanted or now.removesuffix(".0") == wanted
    return "" if shows else f"{wanted} was set, {now or 'nothing'} it is"


async def _control(friend: Actor, entity_id: str, form: Submission) -> None:
    """Set parameters as every dialect carries the wish."""
    request = ControlRequest(nodes=(NodeRef(entity_id, SOURCE),), form=form)
    for dialect in (NF, XSF):
        carried = decode_set(encode_set(request, dialect), dialect)
        assert carried == request
    await friend.house.control(friend.caller(), carried)


async def _execute(
    friend: Actor, entity_id: str, command: str, form: Submission
) -> None:
    """Execute a command as every dialect carries the wish."""
    request = TreeRequest(
        operation=Operation.EXECUTE_NODE_COMMAND,
        nodes=(NodeRef(entity_id, SOURCE),),
        command=command,
        form=form,
    )
    for dialect in (NF, XSF):
        carried = decode_tree(encode_tree(request, dialect), dialect)
        assert replace(carried, dialect="") == request
    assert await friend.house.tree(friend.caller(), carried) == Done()


def _domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]


def _state(home: Home, entity_id: str) -> State:
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state


async def test_every_command_is_one_action(home: Home, friend: Actor) -> None:
    """Each command of each entity, with each of its fields, is that action with exactly that data."""
    wrong: list[str] = []
    calls = async_capture_events(home.hass, EVENT_CALL_SERVICE)
    for entity_id in [state.entity_id for state in _shown(home)]:
        for command in (await friend.commands(entity_id)).values():
            if command.type is CommandType.QUERY:
                continue
            key = f"{_domain(entity_id)}.{command.id}"
            form = await friend.command_form(entity_id, command.id)
            for submission, data in _submissions(key, form):
                calls.clear()
                said = f"{entity_id} {command.id} {submission}"
                try:
                    await _execute(friend, entity_id, command.id, submission)
                except StanzaError as err:
                    if key not in REFUSED:
                        wrong.append(f"{said}: {err.text}")
                        continue
                first = calls[0].data
                called = (first["domain"], first["service"], first["service_data"])
                if called != (
                    _domain(entity_id),
                    command.id,
                    {**data, "entity_id": entity_id},
                ):
                    wrong.append(f"{said}: {first}")
    assert not wrong, "\n".join(wrong)


def _submissions(key: str, form: Form) -> Iterator[tuple[Submission, dict[str, Any]]]:
    """Yield the form with what it demands, and with each other field beside that."""
    samples = {field.var: sample(field) for field in form.fields}
    if key == "input_datetime.set_datetime" and "datetime" in samples:
        # The house's own clock, which is in the US.
        samples["datetime"] = (samples["datetime"][0], "2026-12-24 10:00:00")
    along = ALONG.get(key, set()) & samples.keys()
    demanded = [one.var for one in form.fields if one.required or one.var in along]
    others = samples.keys() - {*demanded, *ELSE.get(key, ())}
    for more in ([], *([one] for one in sorted(others))):
        names = [*demanded, *more]
        yield {n: samples[n][0] for n in names}, {n: samples[n][1] for n in names}


# What each query of this house has tables of.
QUERIES: Final = {
    ("calendar.diary", "get_events"): {"t1"},
    ("schedule.heating", "get_schedule"): {f"t{day}" for day in range(1, 8)},
    ("todo.shopping", "get_items"): {"t1"},
    ("weather.demo_weather_south", "get_forecasts"): {"t1"},
}


async def test_every_query_is_a_report(home: Home, friend: Actor) -> None:
    """Each query of each entity answers with tables that the schemas allow, and nothing is done."""
    told: dict[tuple[str, str], set[str]] = {}
    for entity_id in [state.entity_id for state in _shown(home)]:
        for command in (await friend.commands(entity_id)).values():
            # (Pictures, which need somebody to store them, are in test_pictures.py.)
            if command.type is not CommandType.QUERY or command.id == PICTURE:
                continue
            form = await friend.command_form(entity_id, command.id)
            submission = {
                one.var: sample(one)[0] for one in form.fields if one.var in ASKED
            }
            items = await friend.report(entity_id, command.id, submission)
            tables = {item.id for item in items if isinstance(item, TableBegun)}
            told[entity_id, command.id] = tables
            query = QueryRef(node=NodeRef(entity_id), command=command.id, id="1")
            for dialect in (NF, XSF):
                for content in pack(items, dialect):
                    said = render_progress(query, 1, content, dialect)
                    assert problems(said) == []
    assert {key: told.get(key) for key in QUERIES} == QUERIES
    still = await friend.report("camera.demo_camera", PICTURE)
    assert any(isinstance(item, ReportObject) for item in still)
    assert home.commands == []
