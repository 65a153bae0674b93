"""Pictures of other houses: fetched, or taken out of the report, and refused where that would not be safe."""

from collections.abc import AsyncGenerator, Sequence

import pytest

from custom_components.xmpp_iot.remote.pictures import MAX_PICTURE, Picture, picture_of
from custom_components.xmpp_iot.wire.model import ValueType
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Column,
    MessageKind,
    Records,
    ReportItem,
    ReportMessage,
    ReportObject,
    TableBegun,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.storage import Storage

PATH = "/1/picture.png"


@pytest.fixture
async def storage(socket_enabled: None) -> AsyncGenerator[Storage]:
    """Return a service that has a picture."""
    async with Storage.open() as storage:
        storage.files[PATH] = "image/png", b"bytes"
        yield storage


def linked(url: str) -> Sequence[ReportItem]:
    """Return a report that tells an address."""
    columns = (Column(id="url"), Column(id="media_type"))
    kind = Cell(ValueType.STRING, "image/png")
    return (
        TableBegun("picture", "Picture", columns),
        Records("picture", ((Cell(ValueType.STRING, url), kind),)),
    )


async def refusal(hass: HomeAssistant, *report: ReportItem) -> str:
    """Return why there is no picture."""
    with pytest.raises(HomeAssistantError) as caught:
        await picture_of(hass, report, near=True)
    assert caught.value.translation_key == "no_picture"
    assert caught.value.translation_placeholders is not None
    return caught.value.translation_placeholders["reason"]


async def test_it_is_fetched(hass: HomeAssistant, storage: Storage) -> None:
    """From the address that is told."""
    picture = await picture_of(hass, linked(storage.url(PATH)), near=True)
    assert picture == Picture("image/png", b"bytes")
    assert storage.got == [f"GET {PATH}"]


async def test_it_is_in_the_report(hass: HomeAssistant) -> None:
    """Where nobody stores files."""
    report = (ReportObject("Image/JPEG; q=1", b"bytes"),)
    assert await picture_of(hass, report) == Picture("image/jpeg", b"bytes")


async def test_a_report_without_picture_has_a_reason(hass: HomeAssistant) -> None:
    """The one that the house tells, if it tells any."""
    broken = ReportMessage(text="The lens is dirty.", kind=MessageKind.ERROR)
    assert await refusal(hass, broken) == "The lens is dirty."
    assert await refusal(hass) == "The report has none."
    assert await refusal(hass, *linked("")) == "Its address is not an https one."


@pytest.mark.parametrize(
    "url",
    ["http://files.example.org/1", "file:///etc/passwd", "http://192.168.1.1/", "x"],
)
async def test_nothing_is_fetched_without_encryption(
    hass: HomeAssistant, url: str
) -> None:
    """Nor from anywhere else than the web."""
    assert "https" in await refusal(hass, *linked(url))


async def test_nothing_else_of_this_machine_is_asked(
    hass: HomeAssistant, storage: Storage
) -> None:
    """A house that is not on this machine's server has no business with what listens here."""
    with pytest.raises(HomeAssistantError):
        await picture_of(hass, linked(storage.url(PATH)))
    assert storage.got == []


async def test_nothing_is_fetched_from_elsewhere(
    hass: HomeAssistant, storage: Storage
) -> None:
    """An answer that sends one on is none."""
    storage.location = storage.url("/elsewhere.png")
    assert "302" in await refusal(hass, *linked(storage.url(PATH)))
    assert storage.got == [f"GET {PATH}"]
    storage.location = ""
    assert "404" in await refusal(hass, *linked(storage.url("/no.png")))
    await storage.server.close()
    assert await refusal(hass, *linked(storage.url(PATH)))


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "image/svg+xml",
        "image/png+xml",
        "image/xml",
        "application/octet-stream",
    ],
)
async def test_only_pictures_are_pictures(
    hass: HomeAssistant, storage: Storage, kind: str
) -> None:
    """Nothing that could act as this house's user is shown under its address."""
    storage.files[PATH] = kind, b"<script/>"
    assert kind in await refusal(hass, *linked(storage.url(PATH)))
    assert kind in await refusal(hass, ReportObject(kind, b"<script/>"))


async def test_a_picture_that_is_too_large_is_none(
    hass: HomeAssistant, storage: Storage
) -> None:
    """Whatever way it comes."""
    large = bytes(MAX_PICTURE + 1)
    storage.files[PATH] = "image/png", large
    assert "large" in await refusal(hass, *linked(storage.url(PATH)))
    assert "large" in await refusal(hass, ReportObject("image/png", large))
