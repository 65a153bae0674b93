"""The form in which the nodes of another house are chosen, now and later."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import CONF_JID, DOMAIN
from custom_components.xmpp_iot.wire.errors import NoAnswer, RemoteError
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from ..remote.street import CABIN, HOME, Neighbour, Street, area, node
from .linking import (
    BARN,
    EVERYTHING,
    KITCHEN,
    arrive,
    fields,
    kept,
    options,
    reach_selection,
    said,
    submit,
    suggested,
)

# What of it is wanted


async def test_what_a_house_has_is_shown_before_anything_is_kept(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Counts by area and by kind, and lists to choose from."""
    form = await reach_selection(hass, cabin, street)

    assert said(form) == {
        "name": "Home",
        "count": "4",
        "areas": "Kitchen\xa0(2)",
        "domains": "Light\xa0(2) · Sensor\xa0(1) · –\xa0(1)",
        "reason": "",
    }
    assert options(form, "areas") == {"kitchen": "Kitchen (2)"}
    assert options(form, "domains") == {"light": "Light (2)", "sensor": "Sensor (1)"}
    assert options(form, "labels") == {"Cosy": "Cosy (1)"}
    assert list(options(form, "nodes").items()) == [
        ("ceiling", "Ceiling (light.ceiling)"),
        ("lamp", "Lamp (light.lamp)"),
        ("pump@entities", "Pump (pump)"),
        ("rain", "Rain (sensor.rain)"),
    ]
    assert len(cabin.subentries) == 1


async def test_a_choice_is_kept(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Lists as they were chosen; a prefix stands apart from what it is put before."""
    form = await reach_selection(hass, cabin, street)

    result = await submit(
        hass,
        form,
        everything=False,
        areas=["kitchen"],
        domains=["sensor"],
        labels=["Cosy"],
        nodes=["pump@entities", "rain"],
        prefix=" Next door ",
        suggest_areas=False,
        statistics=True,
        quality="exactly_once",
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["unique_id"]) == ("Home", f"concentrator:{HOME}")
    assert kept(cabin, HOME) == {
        CONF_JID: HOME,
        "everything": False,
        "areas": ["kitchen"],
        "domains": ["sensor"],
        "labels": ["Cosy"],
        "nodes": ["pump@entities", "rain"],
        "prefix": "Next door ",
        "suggest_areas": False,
        "statistics": True,
        "quality": "exactly_once",
    }


async def test_a_house_without_areas_has_no_list_of_them(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Nor of labels; and one without a name is called by its address."""
    form = await reach_selection(
        hass, cabin, street, name="", nodes=(node("light.lamp", "Lamp"),)
    )

    assert fields(form) == [
        "everything",
        "domains",
        "nodes",
        "prefix",
        "suggest_areas",
        "statistics",
        "quality",
    ]
    result = await submit(hass, form, everything=True)
    assert result["title"] == HOME


async def test_nothing_chosen_is_refused_and_can_be_mended(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """The form keeps what was typed."""
    form = await reach_selection(hass, cabin, street)

    form = await submit(hass, form, everything=False, areas=[], prefix="Next door")

    assert form["step_id"] == "selection"
    assert form["errors"] == {"base": "nothing_chosen"}
    assert suggested(form) == {
        "everything": False,
        "areas": [],
        "prefix": "Next door",
        "suggest_areas": True,
        "statistics": False,
        "quality": "acknowledged",
    }
    result = await submit(hass, form, everything=False, nodes=["rain"])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_a_house_says_is_text_and_nothing_else(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Names make no tables, links or pictures, and no integration is looked for by them."""
    evil = "![x](http://evil.example/)\n| 1 |"
    nodes = (
        area("a", evil),
        node("light.a", "x" * 500, "area:a", kind="homeassistant.../evil"),
    )

    form = await reach_selection(hass, cabin, street, name=evil, nodes=nodes)

    shown = r"\!\[x\]\(http\:\/\/evil\.example\/\) \| 1 \|"
    assert said(form)["areas"] == f"{shown}\xa0(1)"
    assert said(form)["name"] == shown
    assert said(form)["domains"] == "\\.\\.\\/evil\xa0(1)"
    assert len(options(form, "nodes")["light.a"]) == 100
    result = await submit(hass, form, everything=True)
    assert result["title"] == "![x](http://evil.example/) | 1 |"


async def test_a_long_line_has_an_end(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """The biggest areas have numbers, the others share one; the list has them all."""
    nodes = [area(f"a{number}", f"Area {number:02}") for number in range(50)]
    nodes += [
        node(f"light.l{number}", "Lamp", f"area:a{number}") for number in range(50)
    ]
    nodes.append(node("light.more", "Lamp", "area:a49"))

    form = await reach_selection(hass, cabin, street, nodes=tuple(nodes))

    areas = said(form)["areas"].split(" · ")
    assert len(areas) == 41
    assert areas[0] == "Area 49\xa0(2)"
    assert areas[-1] == "…\xa0(10)"
    assert len(options(form, "areas")) == 50


async def test_a_house_without_areas_says_so(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """A dash stands where there would be nothing, and there is no list to choose from."""
    nodes = (node("light.a", "Lamp"),)

    form = await reach_selection(hass, cabin, street, nodes=nodes)

    assert said(form)["areas"] == "–"
    assert "areas" not in fields(form)


async def test_two_forms_for_one_house_link_it_once(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """The second form is told of the house that the first one linked."""
    first = await reach_selection(hass, cabin, street)
    second = await reach_selection(hass, cabin, street)
    await submit(hass, first, everything=True)

    result = await submit(hass, second, everything=True)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


# Changing it


async def reconfigure(hass: HomeAssistant, cabin: MockConfigEntry) -> Any:
    """Open the form for the house that is linked."""
    return await arrive(hass, await cabin.start_subentry_reconfigure_flow(hass, "barn"))


async def test_a_choice_is_changed(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """What there is now can be chosen, what is chosen is filled in, and what is typed stays."""
    street.move_in(f"{BARN}/homeassistant", Neighbour(name="A barn"))

    form = await reconfigure(hass, cabin)

    assert form["step_id"] == "selection"
    assert said(form)["name"] == "Barn"
    assert options(form, "areas") == {"kitchen": "Kitchen (2)"}
    assert suggested(form) == {
        **KITCHEN,
        "prefix": "Barn",
    }
    form = await submit(hass, form, everything=False)
    assert form["errors"] == {"base": "nothing_chosen"}
    assert suggested(form) == {
        "everything": False,
        "suggest_areas": True,
        "statistics": False,
        "quality": "acknowledged",
    }
    result = await submit(hass, form, everything=False, domains=["light"])
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert cabin.subentries["barn"].title == "Barn"
    assert kept(cabin, BARN) == {
        CONF_JID: BARN,
        **EVERYTHING,
        "everything": False,
        "domains": ["light"],
    }


async def test_what_is_chosen_and_has_gone_stays_chosen(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """The house may only have lost it for a while."""
    street.move_in(f"{BARN}/x", Neighbour(nodes=(area("attic", "Attic"),)))

    form = await reconfigure(hass, cabin)

    assert options(form, "areas") == {"attic": "Attic (0)", "kitchen": "kitchen"}
    await submit(hass, form, everything=False, areas=["kitchen", "attic"])
    assert kept(cabin, BARN)["areas"] == ["kitchen", "attic"]


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_choice_is_changed_while_the_house_is_away(
    hass: HomeAssistant,
    cabin: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    loaded: bool,
) -> None:
    """What is chosen can be taken back, by the names it has here; nothing else is known."""
    if not loaded:
        cabin.mock_state(hass, ConfigEntryState.NOT_LOADED)
    unique_id = f"{CABIN}:{BARN}:rain"
    registered = entity_registry.async_get_or_create(
        "sensor", DOMAIN, unique_id, config_entry=cabin
    )
    entity_registry.async_get_or_create("sensor", DOMAIN, "x", config_entry=cabin)
    chosen = {"domains": ["light", "foo"], "nodes": ["rain", "gone"]}
    subentry = cabin.subentries["barn"]
    data = {**subentry.data, **chosen}
    hass.config_entries.async_update_subentry(cabin, subentry, data=data)

    form = await reconfigure(hass, cabin)

    assert form["step_id"] == "offline"
    assert form["errors"] == {}
    assert "labels" not in fields(form)
    assert options(form, "areas") == {"kitchen": "kitchen"}
    assert options(form, "domains") == {"foo": "foo", "light": "Light"}
    assert options(form, "nodes") == {
        "gone": "gone",
        "rain": registered.entity_id,
    }
    assert suggested(form)["nodes"] == ["rain", "gone"]
    result = await submit(hass, form, everything=False, nodes=["rain"])
    assert result["reason"] == "reconfigure_successful"
    assert kept(cabin, BARN)["nodes"] == ["rain"]


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        (RemoteError("forbidden", "auth", "Go away."), "not_let_in"),
        (NoAnswer("It sleeps."), "no_answer"),
    ],
)
async def test_a_house_that_says_nothing_can_be_changed_as_one_that_is_away(
    hass: HomeAssistant,
    cabin: MockConfigEntry,
    street: Street,
    trouble: Exception,
    problem: str,
) -> None:
    """The form says why there is no more to choose from."""
    street.move_in(f"{BARN}/homeassistant", Neighbour(trouble=trouble))

    form = await reconfigure(hass, cabin)

    assert form["step_id"] == "offline"
    assert form["errors"] == {"base": problem}
    assert said(form)["reason"] == str(trouble)
    result = await submit(hass, form, everything=True)
    assert result["reason"] == "reconfigure_successful"
    assert kept(cabin, BARN) == {CONF_JID: BARN, **EVERYTHING}
