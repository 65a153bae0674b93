"""Pictures: taken when they are asked for, stored where that is possible, else in the report itself."""

import asyncio

import pytest

from custom_components.xmpp_iot.concentrator import pictures as module
from custom_components.xmpp_iot.concentrator.pictures import PICTURE
from custom_components.xmpp_iot.concentrator.uploads import KNOWN_FOR
from custom_components.xmpp_iot.wire.errors import (
    InternalServerError,
    ItemNotFound,
    NoAnswer,
    NotAcceptable,
    NotConnected,
    RecipientUnavailable,
    RemoteError,
    WireError,
)
from custom_components.xmpp_iot.wire.model import CommandType
from custom_components.xmpp_iot.wire.report import (
    Records,
    ReportObject,
    TableBegun,
    Title,
)
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from tests.storage import SERVICE, Storage

from .gallery import EYE, PAINTING, SMALL, Gallery, alone, cells, gallery, storage

__all__ = ["alone", "gallery", "storage"]


async def test_it_is_stored_and_its_address_is_told(
    gallery: Gallery, storage: Storage
) -> None:
    """By HTTP PUT, with the slot's headers, and with what kind of picture it is."""
    items = await gallery.report()

    assert items[0] == Title("Eye")
    begun = items[2]
    assert isinstance(begun, TableBegun)
    assert [column.id for column in begun.columns] == ["url", "media_type", "size"]
    url = storage.url("/1/picture.jpeg")
    assert cells(items[3]) == [url, "image/jpeg", len(SMALL)]
    assert storage.files == {"/1/picture.jpeg": ("image/jpeg", SMALL)}


async def test_an_image_is_a_picture_too(gallery: Gallery, storage: Storage) -> None:
    """Of its own kind."""
    await gallery.hang("image", gallery.painting)
    await gallery.told(PAINTING)
    assert storage.files == {
        "/1/picture.png": ("image/png", b"\x89PNG a painting"),
    }


async def test_who_stores_files_is_asked_once(gallery: Gallery) -> None:
    """And again after a while, or when it did not work out."""
    await gallery.told()
    await gallery.told()
    assert gallery.line.asked.count("example.org query") == 2  # info and items
    assert gallery.line.asked.count(f"{SERVICE} request") == 2

    gallery.uploads._known_until -= KNOWN_FOR + 1
    await gallery.told()
    assert gallery.line.asked.count("example.org query") == 4


async def test_nobody_stores_files(alone: Gallery) -> None:
    """Then a small picture is in the report, and nobody is asked for a slot."""
    assert await alone.told() == ReportObject("image/jpeg", SMALL)
    await alone.told()
    assert alone.line.asked == ["example.org query", "example.org query"]


async def test_a_service_is_not_sent_more_than_it_takes(gallery: Gallery) -> None:
    """What is too large for it is as if there were no service."""
    gallery.line.limit = str(len(SMALL) - 1)
    assert await gallery.told() == ReportObject("image/jpeg", SMALL)
    assert f"{SERVICE} request" not in gallery.line.asked


@pytest.mark.parametrize(
    "refusal", [RemoteError("resource-constraint", "wait"), NoAnswer("Silence.")]
)
async def test_no_slot_is_given(
    gallery: Gallery, refusal: WireError, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the picture is in the report, and the log says why."""
    gallery.line.refusal = refusal
    assert await gallery.told() == ReportObject("image/jpeg", SMALL)
    assert "could not be stored" in caplog.text

    gallery.line.refusal = None
    assert isinstance(await gallery.told(), Records)
    assert gallery.line.asked.count("example.org query") == 4  # perhaps it has moved


async def test_a_service_that_does_not_store_it(
    gallery: Gallery, storage: Storage
) -> None:
    """A refusal by HTTP is one; headers of a slot are not taken elsewhere."""
    storage.status = 413
    assert await gallery.told() == ReportObject("image/jpeg", SMALL)
    storage.status, storage.location = 307, storage.url("/elsewhere")
    assert await gallery.told() == ReportObject("image/jpeg", SMALL)
    assert not any("elsewhere" in one for one in storage.got)
    await storage.server.close()
    assert await gallery.told() == ReportObject("image/jpeg", SMALL)


async def test_without_session_nothing_is_told(gallery: Gallery) -> None:
    """Whoever asked is not there either."""
    gallery.line.refusal = NotConnected()
    with pytest.raises(NotConnected):
        await gallery.report()


async def test_no_picture_has_a_reason(alone: Gallery) -> None:
    """A camera's failure, or something that is no picture, is told as what it is."""
    alone.eye.fault = HomeAssistantError("The lens is dirty.")
    with pytest.raises(InternalServerError, match="lens"):
        await alone.report()
    alone.eye.fault = None
    alone.eye.sees = None
    with pytest.raises(InternalServerError, match="Unable to get image"):
        await alone.report()
    alone.eye.sees = SMALL
    alone.eye.content_type = "text/html"
    with pytest.raises(InternalServerError, match="no picture but text/html"):
        await alone.report()


async def test_only_cameras_and_images_have_pictures(alone: Gallery) -> None:
    """The query is offered by them and carried out for them."""
    pictures = alone.pictures
    (command,) = pictures.offered(alone.state(EYE), "en")
    assert (command.id, command.name) == ("picture", "Picture")
    assert command.type is CommandType.QUERY
    assert pictures.offered(State("light.a", "on"), "en") == ()

    form = await pictures.form(alone.state(EYE), PICTURE, "en")
    assert form.title == "Picture"
    assert form.fields == ()
    for state, name in ((State("light.a", "on"), PICTURE), (alone.state(EYE), "x")):
        with pytest.raises(ItemNotFound):
            await pictures.form(state, name, "en")
        with pytest.raises(ItemNotFound):
            await anext(pictures.run(state, name, None, "en"))


async def test_what_is_wrong_is_said_at_once(alone: Gallery) -> None:
    """There is nothing to fill in, and an unavailable camera is not asked."""
    with pytest.raises(NotAcceptable) as caught:
        await alone.report(width="100")
    assert "width" in caught.value.parameters
    assert await alone.report(expires="2026-11-21T06:00:00Z")
    state = State(EYE, "unavailable")
    with pytest.raises(RecipientUnavailable):
        await anext(alone.pictures.run(state, PICTURE, None, "en"))


async def test_few_pictures_are_in_the_making(alone: Gallery) -> None:
    """However many are asked for: each is in memory."""
    alone.eye.go_on.clear()
    reports = [asyncio.create_task(alone.report()) for _ in range(10)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    alone.eye.go_on.set()
    for report in reports:
        assert (await report)[2] == ReportObject("image/jpeg", SMALL)
    assert alone.eye.most == module.AT_ONCE


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image/jpeg", "picture.jpeg"),
        ("image/svg+xml", "picture.svg"),
        ("image/x-../etc", "picture"),
        ("image", "picture"),
    ],
)
def test_a_file_s_name_tells_nothing(kind: str, name: str) -> None:
    """But what kind of picture it is."""
    assert module._file_name(kind) == name
