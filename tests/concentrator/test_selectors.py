"""Selectors: what Home Assistant asks people with, as fields of a form."""

from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator.inputs import Input, from_selector
from custom_components.xmpp_iot.concentrator.parameter import NotAccepted
from custom_components.xmpp_iot.concentrator.selectors import KINDS
from custom_components.xmpp_iot.wire.form_model import (
    FormField,
    FormFieldType,
    FormOption,
)
from homeassistant.core import State

type Config = dict[str, Any]

LIGHT = State("light.x", "on", {"effect_list": ["rainbow"]})
SIREN = State("siren.x", "on", {"available_tones": {1: "Fire", 2: "Flood"}})


def offered(
    selector: Config, key: str = "x", state: State = LIGHT, default: object = None
) -> Input | None:
    """Return the input that a selector makes."""
    base = FormField(var=key, description="Why.")
    return from_selector(key, selector, base, state, default)


def field(selector: Config, key: str = "x", state: State = LIGHT) -> FormField:
    """Return the form field that a selector makes."""
    made = offered(selector, key, state)
    assert made is not None
    return made.field


@pytest.mark.parametrize(
    ("selector", "config", "texts", "value"),
    [
        ("boolean", {}, ["1"], True),
        ("color_bytes", {"count": 4}, ["FF880040"], [255, 136, 0, 64]),
        ("color_rgb", {}, ["FF8800"], [255, 136, 0]),
        ("color_temp", {"unit": "kelvin", "min": 2000, "max": 6500}, ["3000"], 3000),
        ("constant", {"value": 7}, ["true"], 7),
        ("country", {}, ["SE"], "SE"),
        ("country", {"countries": ["SE"]}, ["SE"], "SE"),
        ("date", {}, ["2026-11-21"], "2026-11-21"),
        ("datetime", {}, ["2026-11-21T06:00:00Z"], "2026-11-21T06:00:00+00:00"),
        ("duration", {}, ["PT90S"], {"seconds": 90.0}),
        ("duration", {"allow_negative": True}, ["-PT5S"], {"seconds": -5.0}),
        ("language", {}, ["sv"], "sv"),
        ("number", {}, ["2.5"], 2.5),
        ("number", {"min": 1, "max": 9}, ["5"], 5),
        ("number_list", {"count": 2}, ["[30, 70.5]"], [30, 70.5]),
        ("select", {"options": [{"value": "a", "label": "A"}], "multiple": True}, ["a"], ["a"]),
        ("select", {"options": ["a"], "custom_value": True}, ["z"], "z"),
        ("text", {}, ["a"], "a"),
        ("text", {"multiple": True}, ["a", "b"], ["a", "b"]),
        ("text", {"multiline": True}, ["a", "b"], "a\nb"),
        ("time", {}, ["07:00:00"], "07:00:00"),
    ],
)  # fmt: skip
def test_what_was_typed_is_what_home_assistant_takes(
    selector: str, config: Config, texts: list[str], value: object
) -> None:
    """What was typed into a selector's field becomes what Home Assistant takes."""
    assert KINDS[selector].parse(tuple(texts), config) == value


@pytest.mark.parametrize(
    ("selector", "config", "text"),
    [
        ("color_bytes", {"count": 4}, "FF8800"),
        ("color_bytes", {"count": 4}, "reddish"),
        ("color_rgb", {}, "red"),
        ("constant", {"value": 7}, "false"),
        ("country", {}, "XX"),
        ("country", {"countries": ["SE"]}, "NO"),
        ("date", {}, "today"),
        ("duration", {}, "-PT5S"),
        ("duration", {}, "5"),
        ("number", {"min": 0, "max": 10}, "11"),
        ("number", {"min": 0}, "nan"),
        ("number", {}, "INF"),
        ("number_list", {"count": 2}, "30,70"),
        ("number_list", {"count": 2}, "[30]"),
        ("number_list", {"count": 2}, '[30, "70"]'),
        ("number_list", {"count": 2}, "[30, Infinity]"),
        ("number_list", {"count": 2}, "[" * 100_000),
        ("select", {"options": ["a"]}, "b"),
    ],
)
def test_what_a_selector_would_not_let_pass_is_refused(
    selector: str, config: Config, text: str
) -> None:
    """A wrong value has a reason."""
    with pytest.raises(NotAccepted, match=r"\."):
        KINDS[selector].parse((text,), config)


@pytest.mark.parametrize(
    "selector",
    [
        None,
        {},
        {"object": None},
        {"template": None},
        {"action": None},
        {"media": None},
        {"entity": {}},
        {"target": {}},
        {"area": {}},
        {"icon": {}},
        {"state": {}},
        {"color_temp": {}},
        {"select": {"options": []}},
    ],
)
def test_what_no_form_can_ask_for_is_not_offered(selector: Config | None) -> None:
    """Structures, targets and choices nobody knows are no fields."""
    assert offered(selector or {}) is None


def test_numbers_have_their_range_unit_and_step() -> None:
    """Range in the validation, what it has no place for in the description."""
    config = {"min": 0, "max": 1, "step": 0.05, "unit_of_measurement": "s"}
    made = field({"number": config})
    assert (made.datatype, made.minimum, made.maximum) == ("xs:double", "0", "1")
    assert made.description == "Why. Unit: s. Step: 0.05."
    made = field({"color_temp": {"unit": "kelvin", "min": 2000, "max": 6500}})
    assert (made.minimum, made.maximum) == ("2000", "6500")


@pytest.mark.parametrize(
    ("selector", "kind", "datatype", "pattern"),
    [
        ({"boolean": None}, FormFieldType.BOOLEAN, "xs:boolean", ""),
        ({"color_rgb": {}}, FormFieldType.TEXT_SINGLE, "xdc:Color", ""),
        ({"country": {}}, FormFieldType.TEXT_SINGLE, "xs:string", "[A-Z]{2}"),
        ({"color_bytes": {"count": 4}}, FormFieldType.TEXT_SINGLE, "xs:string", "[0-9A-Fa-f]{8}"),
        ({"duration": {}}, FormFieldType.TEXT_SINGLE, "xs:duration", ""),
        ({"select": {"options": ["a"]}}, FormFieldType.LIST_SINGLE, "xs:string", ""),
        ({"select": {"options": ["a"], "multiple": True}}, FormFieldType.LIST_MULTI, "xs:string", ""),
        ({"select": {"options": ["a"], "custom_value": True}}, FormFieldType.TEXT_SINGLE, "xs:string", ""),
        ({"select": {"custom_value": True, "multiple": True}}, FormFieldType.TEXT_MULTI, "xs:string", ""),
        ({"text": {"multiple": True}}, FormFieldType.TEXT_MULTI, "", ""),
        ({"text": {"multiline": True}}, FormFieldType.TEXT_MULTI, "", ""),
        ({"text": {"type": "password"}}, FormFieldType.TEXT_PRIVATE, "xs:string", ""),
        ({"text": None}, FormFieldType.TEXT_SINGLE, "xs:string", ""),
    ],
)  # fmt: skip
def test_each_selector_is_the_field_that_fits_it(
    selector: Config, kind: FormFieldType, datatype: str, pattern: str
) -> None:
    """Kinds of selectors are kinds of fields, with validation."""
    made = field(selector)
    assert (made.type, made.datatype, made.pattern) == (kind, datatype, pattern)


@pytest.mark.parametrize(
    ("selector", "default", "values"),
    [
        ({"boolean": {}}, True, ("true",)),
        ({"number": {}}, 0.4, ("0.4",)),
        ({"select": {"options": ["a", "b"], "multiple": True}}, ["a", "b"], ("a", "b")),
        ({"duration": {}}, 0, ("PT0S",)),
        ({"duration": {}}, {"minutes": 5}, ("PT5M",)),
        ({"duration": {}}, "00:05", ()),
        ({"datetime": {}}, "now", ()),
        ({"text": {}}, None, ()),
    ],
)
def test_a_default_is_in_the_form(
    selector: Config, default: object, values: tuple[str, ...]
) -> None:
    """Defaults have the text a submission would have, or are left out."""
    made = offered(selector, default=default)
    assert made is not None
    assert made.field.values == values


def test_options_are_the_entitys_own() -> None:
    """A state, or a text with a list of its own, is chosen from what the entity lists."""
    chosen = field({"state": {"attribute": "effect"}}, "effect")
    assert chosen.options == (FormOption("rainbow", "rainbow"),)
    tones = field({"text": {}}, "tone", SIREN)
    assert tones.options == (FormOption("1", "Fire"), FormOption("2", "Flood"))
    assert field({"text": {}}, "tone").type is FormFieldType.TEXT_SINGLE
    tomorrow = State("x.y", "on", {"available_spins": ("up", "down")})
    spin = field({"state": {"attribute": "spin"}}, "direction", tomorrow)
    assert [one.value for one in spin.options] == ["up", "down"]
    several = field({"state": {"attribute": "spin", "multiple": True}}, "x", tomorrow)
    assert several.type is FormFieldType.LIST_MULTI
    wrong = replace_attribute(tomorrow, available_spins=3)
    assert offered({"state": {"attribute": "spin"}}, "x", wrong) is None


def replace_attribute(state: State, **attributes: object) -> State:
    """Return a state with other attributes."""
    return State(state.entity_id, state.state, {**state.attributes, **attributes})


def test_one_value_is_one_value() -> None:
    """Two values where one is asked for are refused."""
    made = offered({"text": {}})
    assert made is not None
    with pytest.raises(NotAccepted):
        made.parse(("a", "b"))
