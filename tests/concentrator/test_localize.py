"""The house speaks the language of whoever asks, as far as Home Assistant does."""

import pytest

from custom_components.xmpp_iot.concentrator.localize import Localizer
from custom_components.xmpp_iot.wire.model import (
    Category,
    ControlFormRequest,
    NodeRef,
    Quality,
    ValueType,
)
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"
CLIMATE = "climate.hvac"
EFFECTS = "light.bed_light"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want what has words for its values."""
    return [
        Platform.BINARY_SENSOR,
        Platform.CLIMATE,
        Platform.LIGHT,
        Platform.LOCK,
        Platform.SELECT,
    ]


@pytest.fixture
def german(friend: Actor) -> Actor:
    """Return a friend who speaks German."""
    return friend.speaking("de")


@pytest.mark.parametrize(
    ("entity_id", "name", "text"),
    [
        ("lock.front_door", "state", "Verriegelt"),
        (LIGHT, "state", "Ein"),
        (LIGHT, "color_mode", "HS"),
        (CLIMATE, "state", "Kühlbetrieb"),
        (CLIMATE, "hvac_action", "Kühlbetrieb"),
        ("binary_sensor.basement_floor_wet", "state", "Trocken"),
        ("select.speed", "state", "Lächerliche Geschwindigkeit"),
    ],
)
async def test_values_have_words(
    german: Actor, entity_id: str, name: str, text: str
) -> None:
    """By the entity's integration, its device class or its domain; the value itself stays as it is."""
    fields = await german.fields(entity_id)
    words = fields[f"{name}.text"]
    assert (words.type, words.category) == (ValueType.STRING, Category.COMPUTED)
    assert words.value == text
    assert fields[name].value != text


async def test_words_are_there_for_who_wants_them(german: Actor) -> None:
    """With all fields, with computed ones, and by their name; not where others are wanted."""

    async def names(*fields: str, categories: tuple[Category, ...] = ()) -> set[str]:
        (reading,) = await german.readings(LIGHT, fields=fields, categories=categories)
        return {field.name for field in reading.fields}

    assert {"state", "state.text"} <= await names()
    assert await names("state") == {"state"}
    assert await names("state.text") == {"state.text"}
    assert "state.text" not in await names(categories=(Category.MOMENTARY,))
    computed = await names(categories=(Category.COMPUTED,))
    assert computed
    assert all(name.endswith(".text") for name in computed)
    assert await names("state", categories=(Category.COMPUTED,)) == set()


async def test_what_has_no_words_has_no_text(home: Home, german: Actor) -> None:
    """A number, an unknown value, and a word that is the same in that language."""
    assert "state.text" not in await german.fields("input_number.target")
    home.hass.states.async_set("lock.front_door", "unknown")
    assert "state.text" not in await german.fields("lock.front_door")
    home.hass.states.async_set("lock.front_door", "unavailable")
    (reading,) = await german.readings(
        "lock.front_door", categories=[Category.COMPUTED]
    )
    assert (reading.fields, reading.error) == ((), "")
    registry = er.async_get(home.hass)
    registry.async_update_entity("select.speed", translation_key="none")
    assert "state.text" not in await german.fields("select.speed")


async def test_words_are_as_good_as_their_value(home: Home, german: Actor) -> None:
    """The words for an estimate are one."""
    home.hass.states.async_set("lock.front_door", "locked", {"assumed_state": True})
    text = (await german.fields("lock.front_door"))["state.text"]
    assert text.qualities == {Quality.AUTOMATIC_ESTIMATE}


async def test_true_and_false_have_words(home: Home, german: Actor) -> None:
    """An attribute that is a yes or no is told in words as well."""
    home.hass.states.async_set("fan.any", "on", {"oscillating": True})
    home.hass.config.components.add("fan")
    home.grants.async_set_contacts(home.grants.contacts)
    assert (await german.fields("fan.any"))["oscillating.text"].value == "Ja"


async def test_parameters_have_names(friend: Actor, german: Actor) -> None:
    """In the asker's language, by the same id: Home Assistant's words, and a few of ours."""
    names = {one.id: one.name for one in (await german.node(EFFECTS)).parameters}
    assert names["effect_list"] == "Verfügbare Effekte"
    assert names["uid"] == "Register-ID"
    names = {one.id: one.name for one in (await friend.node(EFFECTS)).parameters}
    assert names["effect_list"] == "Available effects"
    assert names["uid"] == "Registry ID"


async def test_messages_are_in_the_askers_language(
    home: Home, friend: Actor, german: Actor
) -> None:
    """The words for an entity out of reach are ours."""
    for state, texts in (
        ("unavailable", ["Unavailable.", "Nicht verfügbar."]),
        ("unknown", ["Unknown.", "Unbekannt."]),
    ):
        home.hass.states.async_set(LIGHT, state)
        nodes = [await actor.node(LIGHT) for actor in (friend, german)]
        assert [node.messages[0].text for node in nodes] == texts


async def test_choices_have_words(german: Actor) -> None:
    """In the form of the control parameters, and in those of commands."""
    request = ControlFormRequest((NodeRef(CLIMATE),))
    form = await german.house.control_form(german.caller(), request)
    fields = {field.var: field for field in form.fields}
    for var, value, label in (
        ("hvac_mode", "cool", "Kühlbetrieb"),
        ("fan_mode", "auto", "Auto"),
    ):
        labels = {option.value.lower(): option.label for option in fields[var].options}
        assert labels.get(value, label).lower() == label.lower()
    assert fields["fan_mode"].label == "Lüftermodus"
    (field,) = (await german.command_form("select.speed", "select_option")).fields
    labels = {option.value: option.label for option in field.options}
    assert labels["ridiculous_speed"] == "Lächerliche Geschwindigkeit"


async def test_other_languages_are_the_houses(home: Home, friend: Actor) -> None:
    """Where Home Assistant has no such language, or no word in it."""
    home.hass.config.language = "de"
    for language in ("tlh", "", "../../secrets"):
        fields = await friend.speaking(language).fields("lock.front_door")
        assert fields["state.text"].value == "Verriegelt"


async def test_queries_are_named_in_the_askers_language(home: Home) -> None:
    """The words of reports are ours, too."""
    localizer = Localizer(home.hass)
    await localizer.load(Actor(home.house, "a@b", "sv").caller())
    assert localizer.text("history", "sv") == "Historik"
    assert localizer.text("history", "en") == "History"
