"""HTTP File Upload (XEP-0363): who stores files, and the slot for one. The bytes go by HTTP, not here.

What a service says is not trusted further than the XEP goes: the addresses are encrypted ones, and of the
headers only three names are passed on, each on one line.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
import re
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import urlsplit

from .disco import INFO, INFO_QUERY, ITEMS, ITEMS_QUERY
from .errors import BadRequest, NoAnswer, RemoteError
from .forms import FORM, X
from .stanzas import Kind
from .xml import Element, clark, element, parse_long

UPLOAD: Final = "urn:xmpp:http:upload:0"
REQUEST: Final = clark(UPLOAD, "request")
SLOT: Final = clark(UPLOAD, "slot")

MAX_SERVICES: Final = 20  # of a server, that are asked whether they store files
MAX_URL: Final = 4_000  # characters
MAX_HEADERS: Final = 8_000  # characters, names and values together
ANSWER_WITHIN: Final = 10.0  # seconds

# XEP-0363 section 5: all others are to be ignored.
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {name.lower(): name for name in ("Authorization", "Cookie", "Expires")}
)
_LINE_ENDS: Final = re.compile(r"[\r\n]")
# Two readers of an address must not find two hosts in it: nothing that any of them treats specially.
_PLAIN_URL: Final = re.compile(r"[!-\[\]-~]+")


class Asker(Protocol):
    """What this needs of a session."""

    @property
    def domain(self) -> str:
        """The account's server."""
        ...

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Ask and return the payload of the answer; RemoteError, NoAnswer or NotConnected else."""
        ...


@dataclass(frozen=True, slots=True)
class UploadService:
    """Somebody who stores files."""

    jid: str
    max_size: int | None = None
    """Bytes of the largest file it takes, None where it does not say."""

    def takes(self, size: int) -> bool:
        """Return whether it stores a file of so many bytes."""
        return self.max_size is None or size <= self.max_size


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one file is put, and where it can be had then by whoever knows the address."""

    put: str
    get: str
    headers: tuple[tuple[str, str], ...] = ()
    """To be sent with the file, in this order."""


async def find_service(session: Asker) -> UploadService | None:
    """Return who stores files for the session's account, None if nobody does (XEP-0363 section 4).

    It is the server itself, or one of its items. One that refuses or does not answer is none. NotConnected
    without session.
    """
    items = await _ask(session, session.domain, element(ITEMS_QUERY))
    candidates = (session.domain, *_item_addresses(items))
    answers = await asyncio.gather(
        *(_ask(session, jid, element(INFO_QUERY)) for jid in candidates)
    )
    for jid, answer in zip(candidates, answers, strict=True):
        if answer is not None and (found := decode_service(jid, answer)) is not None:
            return found
    return None


async def request_slot(
    session: Asker, service: UploadService, name: str, size: int, content_type: str
) -> Slot:
    """Have a service give a slot for a file of `size` bytes (XEP-0363 section 5).

    RemoteError, NoAnswer and NotConnected as the session raises them; BadRequest for a slot that is none.
    """
    request = encode_request(name, size, content_type)
    answer = await session.iq(service.jid, request, timeout=ANSWER_WITHIN)
    if answer is None:
        raise BadRequest("The upload service gives no slot.")
    return decode_slot(answer)


def encode_request(name: str, size: int, content_type: str) -> Element:
    """Return the request for a slot."""
    return element(
        REQUEST, {"filename": name, "size": str(size), "content-type": content_type}
    )


def decode_slot(slot: Element) -> Slot:
    """Return a slot; BadRequest where it is none, or where its addresses are not to be used."""
    put, get = slot.find(clark(UPLOAD, "put")), slot.find(clark(UPLOAD, "get"))
    if slot.tag != SLOT or put is None or get is None:
        raise BadRequest("The upload service gives no slot.")
    headers = tuple(_headers(put))
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
        raise BadRequest("The headers of the slot are too long.")
    return Slot(_url(put), _url(get), headers)


def decode_service(jid: str, info: Element) -> UploadService | None:
    """Return the service that answered disco#info, None for one that does not store files."""
    features = info.iterfind(clark(INFO, "feature"))
    if UPLOAD not in {feature.get("var") for feature in features}:
        return None
    return UploadService(jid, _max_size(info))


def is_safe_url(url: str) -> bool:
    """Return whether a file may be put to, or taken from, an address: encrypted, or not leaving the machine."""
    if len(url) > MAX_URL or not _PLAIN_URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and is_this_machine(host)


def is_this_machine(host: str) -> bool:
    """Return whether what is sent to a host does not leave the machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def _ask(session: Asker, jid: str, query: Element) -> Element | None:
    try:
        return await session.iq(jid, query, timeout=ANSWER_WITHIN)
    except RemoteError, NoAnswer:
        return None


def _item_addresses(items: Element | None) -> list[str]:
    found = () if items is None else items.iterfind(clark(ITEMS, "item"))
    addresses = [
        jid for item in found if not item.get("node") and (jid := item.get("jid"))
    ]
    return addresses[:MAX_SERVICES]


def _max_size(info: Element) -> int | None:
    """Return the size limit in the form that extends disco#info (XEP-0128)."""
    for form in info.iterfind(X):
        values = {
            field.get("var"): field.findtext(clark(FORM, "value"), "")
            for field in form.iterfind(clark(FORM, "field"))
        }
        if values.get("FORM_TYPE") == UPLOAD and (text := values.get("max-file-size")):
            try:
                return parse_long(text)
            except BadRequest:
                return None
    return None


def _headers(put: Element) -> Iterator[tuple[str, str]]:
    for header in put.iterfind(clark(UPLOAD, "header")):
        name = _LINE_ENDS.sub("", header.get("name", "")).strip().lower()
        if name in _HEADERS:
            yield _HEADERS[name], _LINE_ENDS.sub("", header.text or "").strip()


def _url(node: Element) -> str:
    if not is_safe_url(url := node.get("url", "")):
        raise BadRequest("The address of the slot is not an https one.")
    return url
