"""What never leaves: by name, by value, however deep, in every domain."""

from enum import StrEnum
import time
from typing import Any, Final

import pytest

from custom_components.xmpp_iot.concentrator.attributes import (
    lets_in,
    outgoing,
    secret_state,
)
from custom_components.xmpp_iot.concentrator.domains import DOMAINS
from custom_components.xmpp_iot.concentrator.entity_ids import is_entity_id
from custom_components.xmpp_iot.concentrator.responses import report
from custom_components.xmpp_iot.contacts.targets import NOT_SHARED
from custom_components.xmpp_iot.wire.model import Value, ValueType
from homeassistant.components.demo import COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State

from .conftest import Actor, Home
from .everything import async_setup_everything_else


class Light(StrEnum):
    """Something an integration may use for a value."""

    RED = "red"


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "accessToken",
        "ACCESS_TOKEN",
        "refresh-token",
        "token",
        "entity_picture",
        "entity_picture_local",
        "code",
        "codes",
        "pin",
        "lockPin",
        "user_code_2",
        "lock_code",
        "password",
        "wifi_password",
        "passcode",
        "api_key",
        "apiKey",
        "private_key",
        "client_secret",
        "credentials",
        "webhook_id",
        "stream_source",
        "auth",
    ],
)
def test_a_name_of_a_secret_keeps_its_value_here(name: str) -> None:
    """Whatever is named like a secret does not leave."""
    assert outgoing(name, "harmless") is None
    assert outgoing("data", {name: "harmless"}) is None


@pytest.mark.parametrize(
    "name",
    [
        "code_format",
        "code_arm_required",
        "changed_by",
        "error_code",
        "zip_code",
        "key",
        "spinning",
        "picture_mode",
        "authority",
    ],
)
def test_other_names_are_no_secrets(name: str) -> None:
    """A name that only looks like one is sent."""
    assert outgoing(name, "plain") == (ValueType.STRING, "plain")


@pytest.mark.parametrize(
    "text",
    [
        "/api/camera_proxy/camera.door?token=abc",
        "/api/camera_proxy/camera.door",
        "https://house.example/x.png?authSig=eyJhbGciOiJIUzI1NiJ9.abc.def",
        "https://api.example/v1?access_token=1",
        "https://api.example/v1?X-Plex-Token=1",
        "https://api.example/v1?api_key=1",
        "https://maps.example/?q=1&key=1",
        "rtsp://admin:hunter2@10.0.0.2/stream",
        "Bearer abcdefghijklmnopqrstuvwxyz",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "https://ghp_0123456789@git.example/repository",
        "http://house.example/api/webhook/d2d0a0e4",
        "http://house.example/api/hls/6b8a/master.m3u8",
        "http://house.example/api/tts_proxy/abc.mp3",
        "https://hooks.nabu.casa/gAAAAAB",
    ],
)
def test_a_text_that_lets_in_does_not_leave(text: str) -> None:
    """Signed and tokenised addresses, log-ins and tokens stay, whatever they are called, also as a state."""
    assert outgoing("url", text) is None
    assert outgoing("urls", [text]) is None
    assert outgoing("data", {text: 1}) is None
    assert secret_state(State("sensor.x", text))


@pytest.mark.parametrize(
    "text",
    ["://" + ":" * 60_000, "eyJ-" * 15_000],
    ids=["address", "token"],
)
def test_no_text_takes_long_to_look_at(text: str) -> None:
    """Whoever may write a text, such as a calendar's, does not stop the house with it."""
    begun = time.perf_counter()
    assert not lets_in(text)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("light.hall", None),
        (["light.hall", "light.porch"], None),
        ({"moisture": "sensor.fern", "n": 1}, '{"n":1}'),
        ({"person.anne": 1, "n": 1}, '{"n":1}'),
        ("song.mp3", "song.mp3"),
        ("Light.Hall", "Light.Hall"),
    ],
)
def test_ids_of_other_entities_stay(value: object, text: str | None) -> None:
    """Who reads a group, a person or a plant may not see what it is made of."""
    told = outgoing("entity_id", value)
    assert (told and told[1]) == text


def test_every_domain_is_known_by_its_ids() -> None:
    """Those that have a row of their own, and those that are not shared."""
    for domain in DOMAINS.keys() | NOT_SHARED:
        assert is_entity_id(f"{domain}.one")


@pytest.mark.parametrize(
    "text", ["https://house.example/manual.pdf?page=3", "mailto:a@b.example", "token"]
)
def test_a_text_that_lets_nobody_in_leaves(text: str) -> None:
    """An address without a secret is said."""
    assert outgoing("url", text) == (ValueType.STRING, text)
    assert not secret_state(State("sensor.x", text))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"name": "Anne", "pin": "1234"}, '{"name":"Anne"}'),
        ([{"token": "1", "n": 1}, {"n": 2}], '[{"n":1},{"n":2}]'),
        (["a", "x?token=1"], '["a",null]'),
        ({"a": {"b": {"secret": 1, "c": None}}}, '{"a":{"b":{"c":null}}}'),
        ({1: "one"}, '{"1":"one"}'),
        ({"b", "a"}, '["a","b"]'),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_structures_leave_without_their_secrets(value: object, text: str) -> None:
    """What is inside is looked at like what is outside; positions in lists stay."""
    assert outgoing("data", value) == (ValueType.STRING, text)


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (5, (ValueType.INT, 5)),
        (True, (ValueType.BOOLEAN, True)),
        (Light.RED, (ValueType.STRING, "red")),
        (None, None),
    ],
)
def test_plain_values_are_typed(
    value: object, typed: tuple[ValueType, Value] | None
) -> None:
    """What is no structure leaves as it is."""
    assert outgoing("x", value) == typed


def test_a_structure_without_bottom_is_no_value() -> None:
    """What is deeper than anybody would read does not leave."""
    deep: list[Any] = []
    deep.append(deep)
    assert outgoing("x", deep) is None
    nested: dict[str, Any] = {}
    nested["x"] = nested
    assert outgoing("x", nested) is None


def test_a_password_is_no_state() -> None:
    """What is typed in stars is not told."""
    assert secret_state(State("text.x", "hunter2", {"mode": "password"}))
    assert not secret_state(State("text.x", "hello", {"mode": "text"}))


PLANTED: Final = "s3cr3t"
SECRETS: Final[dict[str, Any]] = {
    "access_token": PLANTED,
    "code": PLANTED,
    "entity_picture": f"/api/image?token={PLANTED}",
    "lock_pin": PLANTED,
    "media_image_url": f"https://house.example/x?authSig={PLANTED}",
    "nested": {"deep": [{"password": PLANTED, "fine": "shown"}]},
    "options": ["plain", f"https://x.example/?token={PLANTED}"],
    "stream": f"rtsp://admin:{PLANTED}@10.0.0.2/",
    "wifi_password": PLANTED,
}


@pytest.fixture
def platforms() -> list[Platform]:
    """Want everything the demo has."""
    return COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM


@pytest.fixture
async def demo(demo: HomeAssistant) -> HomeAssistant:
    """Return the house with everything in it, and secrets everywhere."""
    await async_setup_everything_else(demo)
    for state in demo.states.async_all():
        demo.states.async_set(
            state.entity_id, state.state, {**state.attributes, **SECRETS}
        )
    return demo


async def test_no_secret_of_any_domain_leaves(home: Home, friend: Actor) -> None:
    """Whatever an integration puts into attributes: fields, parameters, forms and reports have no secret."""
    shown = 0
    for entity_id in home.hass.states.async_entity_ids():
        if await friend.contains(entity_id) == (False,):
            continue
        node, commands = await friend.node(entity_id), await friend.commands(entity_id)
        said: list[object] = [
            node,
            commands,
            await friend.readings(entity_id),
            *[await friend.command_form(entity_id, name) for name in commands],
        ]
        if node.is_controllable:
            said.append(await friend.control_form(entity_id))
        shown += "shown" in str(said)
        for one in said:
            assert PLANTED not in str(one), f"{entity_id}: {one}"
    assert shown > 130
    state = home.hass.states.get("text.password")
    assert state is not None
    assert state.state not in str(await friend.readings(state.entity_id))


def test_no_secret_leaves_in_a_report() -> None:
    """What an action answers is looked at like an attribute."""
    answer = {"events": [SECRETS, {"summary": "Dentist"}], **SECRETS}
    said = str(list(report("Events", answer)))
    assert PLANTED not in said
    assert "Dentist" in said
    assert "shown" in said
