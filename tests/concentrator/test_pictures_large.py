"""Pictures that are too large to be sent: made smaller, or refused."""

from io import BytesIO
from typing import override

from PIL import Image
import pytest

from custom_components.xmpp_iot.concentrator import pictures as module
from custom_components.xmpp_iot.concentrator.pictures import MAX_PICTURE, PICTURE
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import ResourceConstraint
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.progress import (
    OBJECT_BYTES,
    decode_progress,
    pack,
    render_progress,
)
from custom_components.xmpp_iot.wire.report import QueryRef, ReportObject
from custom_components.xmpp_iot.wire.xml import from_text
from homeassistant.components.camera.img_util import TurboJPEGSingleton
from homeassistant.core import HomeAssistant
from homeassistant.loader import IntegrationNotFound
from tests.wire.schemas import assert_valid

from .gallery import EYE, Gallery, alone

__all__ = ["alone"]


async def test_a_picture_that_is_too_large_is_none(alone: Gallery) -> None:
    """For a message without a service, and at all: the reason is told."""
    alone.eye.sees = bytes(OBJECT_BYTES)
    assert await alone.told() == ReportObject("image/jpeg", bytes(OBJECT_BYTES))
    alone.eye.sees = bytes(OBJECT_BYTES + 1)
    with pytest.raises(ResourceConstraint, match="Nobody stores such files"):
        await alone.report()
    alone.eye.content_type = "image/png"
    with pytest.raises(ResourceConstraint):
        await alone.report()
    alone.eye.sees = bytes(MAX_PICTURE + 1)
    with pytest.raises(ResourceConstraint, match="5000001 bytes"):
        await alone.report()


class Pillow:
    """Scales as the library does that Home Assistant uses, which is not installed everywhere."""

    def decode_header(self, content: bytes) -> tuple[int, int, int, int]:
        """Return the size."""
        with Image.open(BytesIO(content)) as image:
            return (*image.size, 0, 0)

    def scale_with_quality(
        self, content: bytes, scaling_factor: tuple[int, int], quality: int
    ) -> bytes:
        """Return a smaller picture."""
        most, parts = scaling_factor
        with Image.open(BytesIO(content)) as image:
            size = (image.width * most // parts, image.height * most // parts)
            return jpeg(image.resize(size), quality)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Return a picture's bytes."""
    made = BytesIO()
    image.save(made, "JPEG", quality=quality)
    return made.getvalue()


async def test_a_large_picture_is_scaled_down(
    alone: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it fits into a message, and no further."""
    monkeypatch.setattr(TurboJPEGSingleton, "instance", Pillow)
    noise = Image.effect_noise((1280, 720), 60).convert("RGB")
    alone.eye.sees = jpeg(noise)
    assert len(alone.eye.sees) > OBJECT_BYTES

    told = await alone.told()

    assert isinstance(told, ReportObject)
    assert OBJECT_BYTES // 4 < len(told.data) <= OBJECT_BYTES
    with Image.open(BytesIO(told.data)) as scaled:
        assert scaled.width < 1280


async def test_what_cannot_be_scaled_is_too_large(
    alone: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no picture, or a house without what scales."""
    alone.eye.sees = bytes(OBJECT_BYTES + 1)

    class Picky(Pillow):
        @override
        def scale_with_quality(
            self, content: bytes, scaling_factor: tuple[int, int], quality: int
        ) -> bytes:
            raise OSError("No JPEG.")

        @override
        def decode_header(self, content: bytes) -> tuple[int, int, int, int]:
            return (100, 100, 0, 0)

    monkeypatch.setattr(TurboJPEGSingleton, "instance", Picky)
    with pytest.raises(ResourceConstraint):
        await alone.report()

    async def nothing(hass: HomeAssistant, domain: str) -> None:
        raise IntegrationNotFound(domain)

    monkeypatch.setattr(module, "async_get_integration", nothing)
    with pytest.raises(ResourceConstraint):
        await alone.report()


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_the_largest_picture_comes_through(
    alone: Gallery, dialect: Dialect
) -> None:
    """In a message of its own, valid, in both dialects."""
    alone.eye.sees = bytes(OBJECT_BYTES)
    query = QueryRef(node=NodeRef(EYE, "entities"), command=PICTURE, id="1")
    messages = [
        render_progress(query, number, content, dialect)
        for number, content in enumerate(pack(await alone.report(), dialect), 1)
    ]
    for message in messages:
        assert_valid(message)
    items = decode_progress(from_text(messages[-1]), dialect).items
    assert items == (ReportObject("image/jpeg", bytes(OBJECT_BYTES)),)
