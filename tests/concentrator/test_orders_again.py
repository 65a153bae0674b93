"""Orders that come again with their token: the house does them once."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.concentrator import actions
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    Expired,
    InternalServerError,
    ItemNotFound,
    RemoteTimeout,
    StanzaError,
)
from custom_components.xmpp_iot.wire.model import Setting, ValueType
from custom_components.xmpp_iot.wire.order_token import ORDER
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


def stamp(name: str, within: float = 10) -> dict[str, tuple[str, ...]]:
    """Return the fields that say which order it is, and until when."""
    expires = dt_util.utcnow() + timedelta(seconds=within)
    return {ORDER: (f"/{name}",), "expires": (expires.isoformat(),)}


async def test_a_setting_that_comes_again_is_done_once(
    home: Home, friend: Actor
) -> None:
    """Typed or by form: it is the same order; another token is another one."""
    stamped = stamp("t1")
    expires = dt_util.parse_datetime(stamped["expires"][0])
    assert expires is not None
    settings = (
        Setting("power", ValueType.BOOLEAN, False),
        Setting(ORDER, ValueType.STRING, "/t1"),
        Setting("expires", ValueType.DATE_TIME, expires),
    )
    await friend.set(LIGHT, settings=settings)
    await friend.control(LIGHT, power=True)
    await friend.set(LIGHT, settings=settings)
    form = {"power": ("false",), **stamped}
    await friend.set(LIGHT, form=form)
    assert home.state(LIGHT) == "on"

    await friend.set(LIGHT, form={**form, ORDER: ("/t2",)})
    assert home.state(LIGHT) == "off"
    assert [event.data["action"] for event in home.commands] == [
        "turn_off",
        "turn_on",
        "turn_off",
    ]


async def test_a_command_that_comes_again_is_done_once(
    home: Home, friend: Actor
) -> None:
    """And its refusal is the same, though it could be done by now, and recorded once."""
    form = stamp("t1")
    for _ in range(3):
        await friend.execute(LIGHT, "toggle", form)
    assert home.state(LIGHT) == "off"

    late = stamp("t2", -1)
    for _ in range(2):
        with pytest.raises(Expired):
            await friend.execute(LIGHT, "toggle", late)
    assert len(home.commands) == 1


async def test_what_is_repeated_after_its_expiry_is_answered(
    home: Home, friend: Actor
) -> None:
    """With what has become of it: that is how one asks."""
    soon = stamp("t1", 0.2)
    await friend.execute(LIGHT, "toggle", soon)
    await asyncio.sleep(0.2)
    await friend.execute(LIGHT, "toggle", soon)

    assert len(home.commands) == 1


async def test_an_order_with_a_token_says_until_when(home: Home, friend: Actor) -> None:
    """Its ten seconds would begin anew with each repeat, until nobody remembers that it was done."""
    token = {ORDER: ("/t1",)}
    for asked in (
        friend.execute(LIGHT, "toggle", token),
        friend.set(LIGHT, form={"power": ("false",), **token}),
        friend.set(
            LIGHT,
            settings=(
                Setting("power", ValueType.BOOLEAN, False),
                Setting(ORDER, ValueType.STRING, "/t1"),
            ),
        ),
    ):
        with pytest.raises(BadRequest) as refused:
            await asked
        assert "expires" in refused.value.parameters
    assert not home.commands

    await friend.execute(LIGHT, "toggle", {})  # without a token as ever
    assert len(home.commands) == 1


class Slow:
    """A light that takes longer than its askers wait, once it is told to be slow."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        """Turn off as slowly as one likes; turn on at once."""
        monkeypatch.setattr(actions, "ANSWER_WITHIN", timedelta(milliseconds=10))
        self.goes_on = asyncio.Event()
        self.fails = ""
        self.done: list[str] = []
        self.hass = home.hass
        for name in ("turn_off", "turn_on"):
            home.hass.services.async_register("light", name, self._act)

    async def _act(self, call: ServiceCall) -> None:
        if call.service == "turn_off":
            await self.goes_on.wait()
        self.done.append(call.service)
        if self.fails:
            raise HomeAssistantError(self.fails)

    async def end(self, fails: str = "") -> None:
        """End what was begun."""
        self.fails = fails
        self.goes_on.set()
        await self.hass.async_block_till_done(wait_background_tasks=True)
        for _ in range(3):  # from one who tells it to the next
            await asyncio.sleep(0)


@pytest.fixture
def slow(home: Home, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Return the slow light."""
    return Slow(home, monkeypatch)


async def refused(friend: Actor, *nodes: str, **form: tuple[str, ...]) -> StanzaError:
    """Set something, and return why that is not done."""
    with pytest.raises(StanzaError) as refusal:
        await friend.set(*nodes, form=form)
    return refusal.value


async def test_what_took_too_long_is_told_when_it_is_done(
    slow: Slow, friend: Actor
) -> None:
    """To whoever repeats the order then; before that it is unknown."""
    form = {"power": ("false",), **stamp("t1")}
    for _ in range(2):
        assert isinstance(await refused(friend, LIGHT, **form), RemoteTimeout)
    await slow.end()

    await friend.set(LIGHT, form=form)
    assert slow.done == ["turn_off"]


async def test_what_failed_after_it_took_too_long_is_a_failure(
    slow: Slow, friend: Actor
) -> None:
    """With the reason."""
    form = stamp("t1")
    with pytest.raises(RemoteTimeout):
        await friend.execute(LIGHT, "turn_off", form)
    await slow.end("No power")

    with pytest.raises(InternalServerError, match="No power"):
        await friend.execute(LIGHT, "turn_off", form)
    assert slow.done == ["turn_off"]


@pytest.mark.parametrize(
    ("order", "fails", "text"),
    [
        (("power", "brightness"), "", "the rest was not done. Done before: turn_off"),
        (("brightness", "power"), "", ""),
        (("brightness", "power"), "Dark", "Dark. Done before: turn_on"),
    ],
)
async def test_of_several_things_one_that_takes_too_long_is_the_last(
    slow: Slow, friend: Actor, order: tuple[str, ...], fails: str, text: str
) -> None:
    """Whoever repeats the order is told what was done, and what was not."""
    values = {"power": ("false",), "brightness": ("9",)}
    form = {**{name: values[name] for name in order}, **stamp("t1")}
    assert isinstance(await refused(friend, LIGHT, **form), RemoteTimeout)
    await slow.end(fails)

    if text:
        error = await refused(friend, LIGHT, **form)
        assert isinstance(error, InternalServerError)
        assert text in error.text
    else:
        await friend.set(LIGHT, form=form)
    done = ["turn_off"] if order[0] == "power" else ["turn_on", "turn_off"]
    assert slow.done == done


async def test_a_token_that_was_another_orders_is_refused(
    home: Home, friend: Actor
) -> None:
    """Of that nothing is done, and nobody is told that it was: another value, command, or thing."""
    token = stamp("t1")
    await friend.set(LIGHT, form={"power": ("false",), **token})
    with pytest.raises(Conflict):
        await friend.set(LIGHT, form={"power": ("true",), **token})
    with pytest.raises(Conflict):
        await friend.execute(LIGHT, "turn_on", token)
    with pytest.raises(Conflict):
        await friend.set("light.bed_light", form={"power": ("false",), **token})

    assert [event.data["action"] for event in home.commands] == ["turn_off"]


async def test_the_same_token_of_somebody_else_is_another_order(
    home: Home, friend: Actor, neighbour: Actor
) -> None:
    """Nobody learns, or spoils, what others order."""
    form = {"power": ("false",), **stamp("t1")}
    await friend.set(LIGHT, form=form)
    await neighbour.set(LIGHT, form={**form, "power": ("true",)})
    assert home.state(LIGHT) == "on"
    with pytest.raises(ItemNotFound):
        await neighbour.set("light.bed_light", form={**form, ORDER: ("/t2",)})


async def test_what_is_no_token_is_refused(home: Home, friend: Actor) -> None:
    """Before anything is done."""
    with pytest.raises(BadRequest):
        await friend.set(LIGHT, form={"power": ("false",), ORDER: ("t",)})
    with pytest.raises(BadRequest):
        await friend.set(LIGHT, settings=(Setting(ORDER, ValueType.STRING, "t"),))
    with pytest.raises(BadRequest):  # a token alone orders nothing
        await friend.set(LIGHT, form=stamp("t"))

    assert home.house.life
    assert not home.commands
