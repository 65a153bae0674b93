"""Somebody who stores files (XEP-0363), for an account whose server says so: real HTTP, on loopback."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from custom_components.xmpp_iot.wire.disco import ITEMS_QUERY
from custom_components.xmpp_iot.wire.errors import WireError
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.upload import UPLOAD
from custom_components.xmpp_iot.wire.xml import Element, from_text

DISCO = "http://jabber.org/protocol/disco"
SERVICE = "files.example.org"
TOKEN = "Bearer abc"


@dataclass
class Storage:
    """The service: its files, and what else it answers."""

    server: TestServer
    root: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What can be had, by path: type and content."""
    status: int = 201
    location: str = ""
    got: list[str] = field(default_factory=list)  # methods and paths

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator[Self]:
        """Serve on loopback."""
        app = web.Application(client_max_size=10_000_000)
        server = TestServer(app)
        storage = cls(server)
        app.router.add_route("*", "/{name:.*}", storage.answer)
        await server.start_server()
        storage.root = str(server.make_url("/"))
        try:
            yield storage
        finally:
            await server.close()

    def url(self, path: str = "/1/picture.jpeg") -> str:
        """Return the address of a file."""
        return self.root + path.removeprefix("/")

    async def answer(self, request: web.Request) -> web.Response:
        """Take a file, or give one."""
        self.got.append(f"{request.method} {request.path}")
        if request.method == "PUT":
            assert request.headers["Authorization"] == TOKEN
            assert "X-Other" not in request.headers
            content = await request.read()
            if self.status == 201:
                self.files[request.path] = request.content_type, content
            return web.Response(status=self.status, headers=self._headers)
        if self.location:
            return web.Response(status=302, headers=self._headers)
        if request.path not in self.files:
            return web.Response(status=404)
        kind, content = self.files[request.path]
        return web.Response(body=content, headers={"Content-Type": kind})

    @property
    def _headers(self) -> dict[str, str]:
        return {"Location": self.location} if self.location else {}


@dataclass
class Line:
    """A session of an account whose server names the service, and answers as told otherwise."""

    storage: Storage | None = None
    domain: str = "example.org"
    limit: str = ""
    refusal: WireError | None = None  # of slots
    asked: list[str] = field(default_factory=list)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer service discovery, and requests for slots."""
        self.asked.append(f"{to} {payload.tag.rpartition('}')[2]}")
        if payload.tag == ITEMS_QUERY:
            item = f"<item jid='{SERVICE}'/>" if self.storage else ""
            return from_text(f"<query xmlns='{DISCO}#items'>{item}</query>")
        if payload.tag.endswith("query"):
            inside = self._service if to == SERVICE else ""
            return from_text(f"<query xmlns='{DISCO}#info'>{inside}</query>")
        if self.refusal is not None:
            raise self.refusal
        assert self.storage is not None
        url = self.storage.url(f"/1/{payload.get('filename')}")
        return from_text(
            f"<slot xmlns='{UPLOAD}'><put url='{url}'>"
            f"<header name='Authorization'>{TOKEN}</header>"
            f"<header name='X-Other'>1</header></put><get url='{url}'/></slot>"
        )

    @property
    def _service(self) -> str:
        return (
            f"<feature var='{UPLOAD}'/><x xmlns='jabber:x:data' type='result'>"
            f"<field var='FORM_TYPE'><value>{UPLOAD}</value></field>"
            f"<field var='max-file-size'><value>{self.limit}</value></field></x>"
        )
