"""A picture from one house to the other, through a real server that stores files (Prosody)."""

from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.xmpp_iot.concentrator.pictures import PICTURE, Pictures
from custom_components.xmpp_iot.concentrator.uploads import NotStored, Uploads
from custom_components.xmpp_iot.remote.pictures import picture_of
from custom_components.xmpp_iot.remote.reports import rows
from custom_components.xmpp_iot.wire.upload import UploadService, find_service
from homeassistant.components import demo
from homeassistant.components.demo.camera import DemoCamera
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from scripts.support.servers import Prosody

from .test_session import online

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

LIMIT = 1_048_576


async def test_a_picture_goes_by_the_server(
    hass: HomeAssistant, prosody: Prosody
) -> None:
    """It is taken, stored, and fetched: what arrives is what the camera saw."""
    setup_test_component_platform(hass, "camera", [DemoCamera("Eye", "image/jpg")])
    assert await async_setup_component(hass, "camera", {"camera": {"platform": "test"}})
    await hass.async_block_till_done()
    state = hass.states.get("camera.eye")
    assert state is not None

    async with online(prosody, "home") as session:
        pictures = Pictures(hass, Uploads(hass, session))
        parts = pictures.run(state, PICTURE, None, "en")
        report = [item async for part in parts for item in part]

    (row,) = rows(report)
    url = row["url"]
    assert isinstance(url, str)
    assert url.startswith(f"http://{prosody.host}:{prosody.http_port}/file_share/")
    seen = Path(demo.__file__).with_name("demo_1.jpg")
    content = await hass.async_add_executor_job(seen.read_bytes)
    picture = await picture_of(hass, report, near=True)
    assert (picture.content_type, picture.content) == ("image/jpg", content)


async def test_what_the_server_does_not_take_is_not_stored(
    hass: HomeAssistant, prosody: Prosody
) -> None:
    """Its limit is respected; where it refuses for another reason, that is told."""
    async with online(prosody, "home") as session:
        service = await find_service(session)
        assert service == UploadService(f"upload.{prosody.domain}", LIMIT)
        uploads = Uploads(hass, session)
        large = bytes(LIMIT + 1)
        assert await uploads.store("a.jpg", large, "image/jpeg") is None
        with pytest.raises(NotStored, match="Invalid filename"):
            await uploads.store("a/b.jpg", b"a", "image/jpeg")
