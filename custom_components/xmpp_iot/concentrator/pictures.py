"""Pictures of cameras and image entities, as a query of the node (XEP-0326 section 3.6.6).

It is a command, and so for contacts with level `command`: a picture tells more than any state, and a camera
is made to take it. The picture is stored where the account's server stores files, and its address is
reported; where nobody does, a small picture is in the report itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
import logging
from typing import Final, Protocol, cast

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.loader import (
    IntegrationNotFound,
    async_get_integration,
    async_get_loaded_integration,
)

from ..wire.errors import (
    InternalServerError,
    ItemNotFound,
    NotAcceptable,
    RecipientUnavailable,
    ResourceConstraint,
)
from ..wire.form_model import NO_SUBMISSION, Form, Submission
from ..wire.model import Command, CommandType, ValueType
from ..wire.progress import OBJECT_BYTES
from ..wire.report import (
    Cell,
    Column,
    Records,
    ReportItem,
    ReportObject,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from .commands import FRAME
from .report_texts import Words, english
from .uploads import NotStored, Uploads

_LOGGER = logging.getLogger(__name__)

PICTURE: Final = "picture"
DOMAINS: Final = frozenset({"camera", "image"})
MAX_PICTURE: Final = 5_000_000  # bytes
AT_ONCE: Final = 4  # pictures in the making, whoever asks: each is in memory

URL: Final = "url"
MEDIA_TYPE: Final = "media_type"
SIZE: Final = "size"  # bytes

_COLUMNS: Final = (URL, MEDIA_TYPE, SIZE)
_JPEG: Final = frozenset({"image/jpeg", "image/jpg"})
# Home Assistant's helper takes the next larger of its own scales: 7/8 to 1/8.
_WIDTHS: Final = (1920, 1280, 960, 640, 480, 320, 1)


class _Image(Protocol):
    """A picture as Home Assistant has it."""

    content_type: str
    content: bytes


class _Taking(Protocol):
    """What the components of cameras and of images both have."""

    async def async_get_image(self, hass: HomeAssistant, entity_id: str) -> _Image:
        """Return a picture now; HomeAssistantError where there is none."""
        ...


class _Scaling(Protocol):
    """What the component of cameras has for pictures in JPEG, if its library is installed."""

    def scale_jpeg_camera_image(
        self, cam_image: _Image, width: int, height: int
    ) -> bytes:
        """Return a picture not smaller than this, or the same where it cannot be scaled; blocks."""
        ...


class Pictures:
    """Offers and takes pictures of entities; who may have them is the caller's to say."""

    def __init__(
        self, hass: HomeAssistant, uploads: Uploads, words: Words = english
    ) -> None:
        """Store pictures by `uploads`; `words` has the texts of TEXTS."""
        self._hass = hass
        self._uploads = uploads
        self._words = words
        self._turns = asyncio.Semaphore(AT_ONCE)

    def offered(self, state: State, language: str) -> tuple[Command, ...]:
        """Return the query, if the entity has pictures."""
        if state.domain not in DOMAINS:
            return ()
        name = self._words(PICTURE, language)
        return (
            Command(
                id=PICTURE,
                name=name,
                type=CommandType.QUERY,
                sort_category=PICTURE,
                sort_key="00",
            ),
        )

    async def form(self, state: State, command: str, language: str) -> Form:
        """Return the query's form, which asks nothing; ItemNotFound if the entity does not offer it."""
        self._check(state, command)
        return Form(
            title=self._words(PICTURE, language),
            instructions=self._words("picture_about", language),
            fields=(),
        )

    async def run(
        self,
        state: State,
        command: str,
        submission: Submission | None,
        language: str,
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        """Yield the report in parts: first that the picture is taken, for that may take its time.

        Before the first part: ItemNotFound if the entity does not offer it, NotAcceptable for a form with
        fields, RecipientUnavailable for an entity that is. Then InternalServerError where there is no
        picture, ResourceConstraint for one that is too large.
        """
        self._check(state, command)
        if wrong := {
            name: "Unknown field."
            for name in submission or NO_SUBMISSION
            if name not in FRAME
        }:
            raise NotAcceptable("There is nothing to fill in.", parameters=wrong)
        if state.state == STATE_UNAVAILABLE:
            raise RecipientUnavailable(f"{state.entity_id} is unavailable.")
        yield Title(str(state.name)), Status(self._words("picture_taking", language))
        async with self._turns:
            image = await self._take(state)
            items = await self._carried(image, language)
        yield items

    def _check(self, state: State, command: str) -> None:
        if command != PICTURE or state.domain not in DOMAINS:
            raise ItemNotFound(f"There is no command {command!r}.")

    async def _take(self, state: State) -> _Image:
        integration = async_get_loaded_integration(self._hass, state.domain)
        component = cast(_Taking, integration.get_component())
        try:
            image = await component.async_get_image(self._hass, state.entity_id)
        except HomeAssistantError as err:
            raise InternalServerError(str(err) or "There is no picture.") from err
        if not image.content_type.startswith("image/"):
            raise InternalServerError(f"It is no picture but {image.content_type}.")
        if len(image.content) > MAX_PICTURE:
            raise ResourceConstraint(
                f"The picture has {len(image.content)} bytes, of at most {MAX_PICTURE}."
            )
        return image

    async def _carried(self, image: _Image, language: str) -> tuple[ReportItem, ...]:
        """Return what tells of the picture: where it is, or the picture itself."""
        kind = image.content_type
        reason = "Nobody stores such files for this house."
        try:
            url = await self._uploads.store(_file_name(kind), image.content, kind)
        except NotStored as err:
            reason, url = str(err), None
            _LOGGER.warning("A picture could not be stored: %s", err)
        if url is not None:
            return self._table(url, image, language)
        if (content := await self._small(image)) is None:
            raise ResourceConstraint(
                f"The picture is too large to be sent in a message, and was not stored: {reason}"
            )
        return (ReportObject(kind, content),)

    def _table(
        self, url: str, image: _Image, language: str
    ) -> tuple[ReportItem, ReportItem, ReportItem]:
        row = (
            Cell(ValueType.STRING, url),
            Cell(ValueType.STRING, image.content_type),
            Cell(ValueType.INT, len(image.content)),
        )
        columns = (
            Column(id=name, header=self._words(name, language)) for name in _COLUMNS
        )
        return (
            TableBegun(PICTURE, self._words(PICTURE, language), tuple(columns)),
            Records(PICTURE, (row,)),
            TableEnded(PICTURE),
        )

    async def _small(self, image: _Image) -> bytes | None:
        """Return the picture's bytes, scaled down if they are too many; None if that cannot be done."""
        if len(image.content) <= OBJECT_BYTES:
            return image.content
        if image.content_type not in _JPEG:
            return None
        try:
            integration = await async_get_integration(self._hass, "camera")
            component = cast(_Scaling, await integration.async_get_component())
        except IntegrationNotFound, ImportError:
            return None
        return await self._hass.async_add_executor_job(_scaled, component, image)


def _scaled(scaling: _Scaling, image: _Image) -> bytes | None:
    """Return the largest picture that fits into a message; blocks."""
    for width in _WIDTHS:
        try:
            made = scaling.scale_jpeg_camera_image(image, width, 1)
        except OSError, ValueError:  # it is none, whatever it says
            return None
        if len(made) <= OBJECT_BYTES:
            return made
    return None


def _file_name(content_type: str) -> str:
    """Return a name that says what it is and nothing else: the service shows it in the address."""
    kind = content_type.partition("/")[2].partition("+")[0].partition(";")[0]
    return f"{PICTURE}.{kind}" if kind.isalnum() and kind.isascii() else PICTURE
