"""Images of other houses: what they show, and since when."""

import asyncio
from typing import Any

import pytest

from custom_components.xmpp_iot.image import XmppIotImage
from custom_components.xmpp_iot.remote import stills
from custom_components.xmpp_iot.wire.model import ValueType
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Column,
    Records,
    ReportObject,
    TableBegun,
)
from homeassistant.components.image import async_get_image
from homeassistant.components.image.const import DATA_COMPONENT
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .conftest import Cabin, differences
from .test_camera import Slow

PAINTING = "image.painting"
OURS = ("access_token", "entity_picture")
FIRST = "2026-11-21T06:00:00.123456+00:00"
SECOND = "2026-11-21T06:05:00+00:00"
THIRD = "2026-11-21T06:10:00+00:00"


def image(hass: HomeAssistant) -> Any:
    """Return the image that is shown."""
    (entity,) = hass.data[DATA_COMPONENT].entities
    return entity


@pytest.mark.parametrize(
    ("state", "more"),
    [(FIRST, {"artist": "Anne"}), ("unknown", {"artist": ""}), ("unavailable", {})],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, more: dict[str, str]
) -> None:
    """But for the token, which is this house's."""
    node = cabin.node(PAINTING, state, **more)
    shown = await cabin.show(node, XmppIotImage)
    assert differences(cabin.originals[PAINTING], shown, *OURS) == {}
    new = cabin.change(node, SECOND)
    assert differences(new, cabin.state(shown.entity_id), *OURS) == {}


async def test_it_is_fetched_when_it_is_new(
    cabin: Cabin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each time that it is told to have changed, with its own kind."""
    monkeypatch.setattr(stills, "EVERY", 0)
    cabin.house.report = (ReportObject("image/webp", b"one"),)
    node = cabin.node(PAINTING, FIRST)
    shown = await cabin.show(node, XmppIotImage)
    for _ in range(3):
        found = await async_get_image(cabin.hass, shown.entity_id)
        assert (found.content_type, found.content) == ("image/webp", b"one")
    assert cabin.house.queries == [(PAINTING, "picture", {})]

    cabin.house.report = (ReportObject("image/png", b"two"),)
    cabin.change(node, SECOND)
    found = await async_get_image(cabin.hass, shown.entity_id)
    assert (found.content_type, found.content) == ("image/png", b"two")


async def test_what_failed_is_tried_again(
    cabin: Cabin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while, though it is not new."""
    cabin.house.refusal = HomeAssistantError("Not for you.")
    await cabin.show(cabin.node(PAINTING, FIRST), XmppIotImage)
    with pytest.raises(HomeAssistantError, match="Not for you"):
        await image(cabin.hass).async_image()
    cabin.house.refusal = None
    cabin.house.report = (ReportObject("image/png", b"one"),)
    with pytest.raises(HomeAssistantError, match="Not for you"):
        await image(cabin.hass).async_image()
    monkeypatch.setattr(stills, "EVERY", 0)
    assert await image(cabin.hass).async_image() == b"one"


async def test_one_is_fetched_at_a_time(cabin: Cabin) -> None:
    """What becomes new meanwhile is fetched after it, once, however often it does."""
    cabin.house = house = Slow()
    node = cabin.node(PAINTING, FIRST)
    await cabin.show(node, XmppIotImage)
    waiting = []
    for moment in (FIRST, SECOND, THIRD, FIRST):
        cabin.change(node, moment)
        waiting.append(asyncio.create_task(image(cabin.hass).async_image()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert len(house.queries) == 1

    house.go_on.set()
    assert await asyncio.gather(*waiting) == [b"a picture"] * 4
    assert len(house.queries) == 2


async def test_nothing_waits_after_its_end(cabin: Cabin) -> None:
    """What waits for what is fetched ends with it."""
    cabin.house = house = Slow()
    node = cabin.node(PAINTING, FIRST)
    await cabin.show(node, XmppIotImage)
    entity = image(cabin.hass)
    first = asyncio.create_task(entity.async_image())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cabin.change(node, SECOND)
    second = asyncio.create_task(entity.async_image())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await entity.async_remove()
    for waiting in (first, second):
        with pytest.raises(HomeAssistantError):
            await waiting
    assert len(house.queries) == 1


@pytest.mark.parametrize(
    ("host", "reason"), [("127.0.0.1", "Cannot connect"), ("192.0.2.1", "https")]
)
@pytest.mark.usefixtures("socket_enabled")
async def test_this_machine_is_asked_only_if_the_server_is_on_it(
    cabin: Cabin, host: str, reason: str
) -> None:
    """Else what listens here is no business of the other house."""
    data = {**cabin.entry.data, CONF_HOST: host}
    cabin.hass.config_entries.async_update_entry(cabin.entry, data=data)
    cabin.house.report = (
        TableBegun("picture", "", (Column(id="url"),)),
        Records("picture", ((Cell(ValueType.STRING, "http://127.0.0.1:1/x"),),)),
    )
    shown = await cabin.show(cabin.node(PAINTING, FIRST), XmppIotImage)

    with pytest.raises(HomeAssistantError) as caught:
        await image(cabin.hass).async_image()

    assert caught.value.translation_placeholders
    assert reason in caught.value.translation_placeholders["reason"]
    assert shown.state == FIRST
