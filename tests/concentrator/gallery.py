"""A house with a camera and an image, and somebody who may have its pictures."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.xmpp_iot.concentrator.pictures import PICTURE, Pictures
from custom_components.xmpp_iot.concentrator.uploads import Uploads
from custom_components.xmpp_iot.wire.report import (
    Records,
    ReportItem,
    TableBegun,
    TableEnded,
)
from homeassistant.components.camera import Camera
from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from tests.storage import Line, Storage

EYE = "camera.eye"
PAINTING = "image.painting"
SMALL = b"\xff\xd8\xff\xe0 a small picture"


class Eye(Camera):
    """A camera that sees what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self._attr_name = "Eye"
        self.sees: bytes | None = SMALL
        self.fault: Exception | None = None
        self.taking = 0
        self.most = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        self.taking += 1
        self.most = max(self.most, self.taking)
        await self.go_on.wait()
        self.taking -= 1
        if self.fault:
            raise self.fault
        return self.sees


class Painting(ImageEntity):
    """An image."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(hass)
        self._attr_name = "Painting"
        self._attr_content_type = "image/png"
        self._attr_image_last_updated = datetime(2026, 11, 21, tzinfo=UTC)
        self.shows = b"\x89PNG a painting"

    @override
    async def async_image(self) -> bytes | None:
        return self.shows


class Gallery:
    """The house's pictures, for somebody who may have them."""

    def __init__(self, hass: HomeAssistant, line: Line) -> None:
        self.hass = hass
        self.line = line
        self.uploads = Uploads(hass, line)
        self.pictures = Pictures(hass, self.uploads)
        self.eye = Eye()
        self.painting = Painting(hass)

    async def hang(self, domain: str, entity: Entity) -> None:
        """Have an entity in the house."""
        setup_test_component_platform(self.hass, domain, [entity])
        config = {domain: {"platform": "test"}}
        assert await async_setup_component(self.hass, domain, config)
        await self.hass.async_block_till_done()

    def state(self, entity_id: str) -> State:
        """Return the state of an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def report(self, entity_id: str = EYE, **form: str) -> list[ReportItem]:
        """Return the report of the query."""
        parts = self.pictures.run(
            self.state(entity_id),
            PICTURE,
            {name: (value,) for name, value in form.items()},
            "en",
        )
        return [item async for part in parts for item in part]

    async def told(self, entity_id: str = EYE) -> ReportItem:
        """Return what the report tells of the picture: its row, or itself."""
        items = (await self.report(entity_id))[2:]
        if isinstance(items[0], TableBegun):
            assert items[-1] == TableEnded(PICTURE)
        return items[len(items) // 2]


@pytest.fixture
async def storage(socket_enabled: None) -> AsyncGenerator[Storage]:
    """Return the service that stores files."""
    async with Storage.open() as storage:
        yield storage


@pytest.fixture
async def gallery(hass: HomeAssistant, storage: Storage) -> Gallery:
    """Return the pictures of a house whose server stores files."""
    gallery = Gallery(hass, Line(storage))
    await gallery.hang("camera", gallery.eye)
    return gallery


@pytest.fixture
async def alone(hass: HomeAssistant) -> Gallery:
    """Return the pictures of a house for which nobody stores files."""
    gallery = Gallery(hass, Line())
    await gallery.hang("camera", gallery.eye)
    return gallery


def cells(item: ReportItem) -> list[Any]:
    """Return the values of the only row."""
    assert isinstance(item, Records)
    (row,) = item.rows
    return [cell.value for cell in row]
