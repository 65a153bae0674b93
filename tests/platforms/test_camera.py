"""Cameras of other houses: what they are doing, and what they see."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.xmpp_iot.camera import XmppIotCamera
from custom_components.xmpp_iot.remote import stills
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.report import ReportItem, ReportObject
from homeassistant.components.camera import async_get_image
from homeassistant.components.camera.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError

from .acting import action, assert_commanded
from .conftest import Cabin, FakeHouse, differences

EYE = "camera.eye"
PICTURE = ReportObject("image/png", b"a picture")
OURS = ("access_token", "entity_picture", "supported_features")
FEATURES = {"supported_features": 3}


@pytest.fixture
def node(cabin: Cabin) -> RemoteNode:
    """Return the node of a camera, which sees something."""
    cabin.house.report = (PICTURE,)
    return cabin.node(EYE, "streaming", motion_detection=True, **FEATURES)


def camera(hass: HomeAssistant) -> Any:
    """Return the camera that is shown."""
    (entity,) = hass.data[DATA_COMPONENT].entities
    return entity


@pytest.mark.parametrize(
    ("state", "more"),
    [
        ("idle", {}),
        ("recording", {"brand": "[Eye]", "model_name": "7"}),
        ("streaming", {"motion_detection": True}),
        ("unavailable", {}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, more: dict[str, Any]
) -> None:
    """But for the token, which is this house's, and streams, which do not come through."""
    node = cabin.node(EYE, state, **FEATURES, **more)
    shown = await cabin.show(node, XmppIotCamera)
    assert differences(cabin.originals[EYE], shown, *OURS) == {}
    assert shown.attributes["supported_features"] == 1

    new = cabin.change(node, "idle", motion_detection=False)
    shown = cabin.state(shown.entity_id)
    assert differences(new, shown, *OURS, "motion_detection") == {}
    assert "motion_detection" not in shown.attributes


async def test_its_picture_is_asked_for(cabin: Cabin, node: RemoteNode) -> None:
    """As what it is, with its own kind."""
    shown = await cabin.show(node, XmppIotCamera)
    image = await async_get_image(cabin.hass, shown.entity_id)
    assert (image.content_type, image.content) == ("image/png", b"a picture")
    assert cabin.house.queries == [(EYE, "picture", {})]


async def test_it_is_not_asked_for_often(
    cabin: Cabin, node: RemoteNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the picture, and not why there is none, but again after a while."""
    await cabin.show(node, XmppIotCamera)
    cabin.house.refusal = HomeAssistantError("Not for you.")
    for _ in range(3):
        with pytest.raises(HomeAssistantError, match="Not for you"):
            await camera(cabin.hass).async_camera_image()
    cabin.house.refusal = None
    monkeypatch.setattr(stills, "EVERY", 0)
    assert await camera(cabin.hass).async_camera_image() == b"a picture"
    monkeypatch.setattr(stills, "EVERY", 60)
    for _ in range(3):
        await camera(cabin.hass).async_camera_image(width=10, height=10)
    assert len(cabin.house.queries) == 1


class Slow(FakeHouse):
    """A house that takes its time for pictures."""

    def __init__(self) -> None:
        super().__init__(report=(PICTURE,))
        self.go_on = asyncio.Event()

    @override
    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        report = await super().query(node, action, data)
        await self.go_on.wait()
        return report


async def test_all_who_look_see_one_picture(cabin: Cabin, node: RemoteNode) -> None:
    """One is fetched at a time; whoever waits no longer does not keep the others from it."""
    cabin.house = house = Slow()
    await cabin.show(node, XmppIotCamera)
    waiting = [
        asyncio.create_task(camera(cabin.hass).async_camera_image()) for _ in range(3)
    ]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    house.go_on.set()
    assert await waiting[1] == await waiting[2] == b"a picture"
    assert await camera(cabin.hass).async_camera_image() == b"a picture"
    assert len(house.queries) == 1


async def test_nothing_is_fetched_after_its_end(cabin: Cabin, node: RemoteNode) -> None:
    """Who still waits is told so."""
    cabin.house = Slow()
    await cabin.show(node, XmppIotCamera)
    entity = camera(cabin.hass)
    waiting = asyncio.create_task(entity.async_camera_image())
    await asyncio.sleep(0)
    await entity.async_remove()
    with pytest.raises(HomeAssistantError):
        await waiting
    later = asyncio.create_task(entity.async_camera_image())  # it may ask once more
    await asyncio.sleep(0)
    entity._end()
    with pytest.raises(HomeAssistantError):
        await later


async def test_it_acts(cabin: Cabin, node: RemoteNode) -> None:
    """On and off, with or without motion detection; what is for files and streams is not over there."""
    shown = await cabin.show(node, XmppIotCamera)
    names = ("turn_on", "turn_off", "enable_motion_detection")
    await assert_commanded(
        cabin,
        shown,
        [*map(action, names), action("disable_motion_detection")],
        without=["play_stream", "record", "snapshot"],
    )


type LogIn = ClientSessionGenerator


async def look(log_in: LogIn, shown: State, kind: str) -> Any:
    """Have somebody's browser look at a camera, and return what it gets."""
    path = shown.attributes["entity_picture"].replace("camera_proxy", kind)
    return await (await log_in()).get(path)


async def test_a_browser_sees_it(
    cabin: Cabin, node: RemoteNode, hass_client: LogIn, socket_enabled: None
) -> None:
    """As a picture, and as a stream of pictures."""
    shown = await cabin.show(node, XmppIotCamera)
    response = await look(hass_client, shown, "camera_proxy")
    assert await response.read() == b"a picture"
    assert response.content_type == "image/png"

    response = await look(hass_client, shown, "camera_proxy_stream")
    await response.content.readuntil(b"a picture")
    response.close()


async def test_a_browser_sees_that_there_is_none(
    cabin: Cabin,
    node: RemoteNode,
    hass_client: LogIn,
    socket_enabled: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without an error in the log for each look; a stream ends."""
    cabin.house.refusal = HomeAssistantError("Not for you.")
    shown = await cabin.show(node, XmppIotCamera)
    response = await look(hass_client, shown, "camera_proxy")
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    response = await look(hass_client, shown, "camera_proxy_stream")
    assert await response.read() == b""
    assert "Traceback" not in caplog.text
