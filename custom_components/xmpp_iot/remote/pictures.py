"""A picture of another house: what its report says, and the bytes.

The report has an address, or the picture itself where nobody stores files for that house. The address is
another house's word: nothing is fetched without encryption, from elsewhere than it says, or without limit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import re
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientTimeout

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..const import DOMAIN
from ..wire.report import ReportItem, ReportObject
from ..wire.upload import is_safe_url
from .reports import failure, rows

QUERY: Final = "picture"
URL: Final = "url"
MAX_PICTURE: Final = 5_000_000  # bytes
FETCHED_WITHIN: Final = 30.0  # seconds
_CHUNK: Final = 65_536

# A picture is shown under this house's address, where one with scripts in it would act as its user: no XML.
_PICTURE: Final = re.compile(r"image/(?!.*(?:svg|xml))[a-z0-9][a-z0-9.+_-]{0,60}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture."""

    content_type: str
    content: bytes


async def picture_of(
    hass: HomeAssistant, report: Iterable[ReportItem], *, near: bool = False
) -> Picture:
    """Return the picture that a report has or tells of; HomeAssistantError with the reason if there is none.

    `near` says that the server of both houses is on this machine. Any other house has no business with what
    else listens here.
    """
    report = tuple(report)
    for item in report:
        if isinstance(item, ReportObject):
            if len(item.data) > MAX_PICTURE:
                raise no_picture("It is too large.")
            return Picture(_picture_type(item.content_type), item.data)
    for row in rows(report):
        if isinstance(url := row.get(URL), str):
            return await _fetch(hass, url, near=near)
    raise no_picture(failure(report) or "The report has none.")


async def _fetch(hass: HomeAssistant, url: str, *, near: bool) -> Picture:
    if not is_safe_url(url) or not (near or url.lower().startswith("https:")):
        raise no_picture("Its address is not an https one.")
    try:
        async with async_get_clientsession(hass).get(
            url,
            headers={"Accept": "image/*"},
            allow_redirects=False,
            timeout=ClientTimeout(total=FETCHED_WITHIN),
        ) as response:
            if response.status != 200:
                raise no_picture(f"The service answers {response.status}.")
            return Picture(_picture_type(response.content_type), await _read(response))
    except (ClientError, TimeoutError, ValueError) as err:
        raise no_picture(str(err) or type(err).__name__) from err


async def _read(response: ClientResponse) -> bytes:
    """Return the bytes of an answer, of which nothing says beforehand how many there are."""
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MAX_PICTURE:
            raise no_picture("It is too large.")
    return bytes(content)


def _picture_type(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if not _PICTURE.fullmatch(kind):
        raise no_picture(f"It is no picture but {kind or 'nothing'}.")
    return kind


def no_picture(reason: str) -> HomeAssistantError:
    """Return the error that says why there is no picture."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="no_picture",
        translation_placeholders={"reason": reason},
    )
