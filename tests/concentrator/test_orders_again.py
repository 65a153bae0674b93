"""Orders that come again with their token: the house does them once."""

import pytest

from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    Expired,
    ItemNotFound,
)
from custom_components.xmpp_iot.wire.model import Setting, ValueType
from custom_components.xmpp_iot.wire.order_token import ORDER
from homeassistant.util import dt as dt_util

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


async def test_a_setting_that_comes_again_is_done_once(
    home: Home, friend: Actor
) -> None:
    """Typed or by form: it is the same order; another token is another one."""
    settings = (
        Setting("power", ValueType.BOOLEAN, False),
        Setting(ORDER, ValueType.STRING, "/t1"),
    )
    await friend.set(LIGHT, settings=settings)
    await friend.control(LIGHT, power=True)
    await friend.set(LIGHT, settings=settings)
    form = {"power": ("false",), ORDER: ("/t1",)}
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
    form = {ORDER: ("/t1",)}
    for _ in range(3):
        await friend.execute(LIGHT, "toggle", form)
    assert home.state(LIGHT) == "off"

    late = {ORDER: ("/t2",), "expires": ("2020-01-01T00:00:00Z",)}
    for expires in (late, {ORDER: ("/t2",)}):
        with pytest.raises(Expired):
            await friend.execute(LIGHT, "toggle", expires)
    assert len(home.commands) == 1


async def test_what_is_repeated_after_its_expiry_is_answered(
    home: Home, friend: Actor
) -> None:
    """With what has become of it: that is how one asks."""
    soon = (dt_util.utcnow()).isoformat()
    await friend.execute(LIGHT, "toggle", {ORDER: ("/t1",)})
    await friend.execute(LIGHT, "toggle", {ORDER: ("/t1",), "expires": (soon,)})

    assert len(home.commands) == 1


async def test_a_token_that_was_another_orders_is_refused(
    home: Home, friend: Actor
) -> None:
    """Of that nothing is done, and nobody is told that it was: another value, command, or thing."""
    token = {ORDER: ("/t1",)}
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
    form = {"power": ("false",), ORDER: ("/t1",)}
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
        await friend.set(LIGHT, settings=(Setting(ORDER, ValueType.STRING, "/t"),))

    assert home.house.life
    assert not home.commands
