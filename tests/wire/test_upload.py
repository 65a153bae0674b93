"""HTTP File Upload: who stores files, the slot for one, and what of it is not taken over."""

from dataclasses import dataclass, field

import pytest

from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    NoAnswer,
    NotConnected,
    RemoteError,
    WireError,
)
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.upload import (
    MAX_HEADERS,
    MAX_SERVICES,
    MAX_URL,
    REQUEST,
    UPLOAD,
    Slot,
    UploadService,
    encode_request,
    find_service,
    is_safe_url,
    request_slot,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"
STORES = f"<feature var='{UPLOAD}'/>"


@dataclass
class Server:
    """A server that answers what it is told to: by address, or by address and query."""

    answers: dict[str, str | WireError] = field(default_factory=dict)
    domain: str = "example.org"
    asked: list[tuple[str | None, str]] = field(default_factory=list)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer."""
        assert kind == "get"
        self.asked.append((to, to_text(payload)))
        name = "items" if ITEMS in payload.tag else "info"
        answer = self.answers.get(f"{to} {name}", self.answers.get(str(to), ""))
        if isinstance(answer, WireError):
            raise answer
        return from_text(answer) if answer else None


def items(*jids: str, more: str = "") -> str:
    """Return the items of a server."""
    listed = "".join(f"<item jid='{jid}'/>" for jid in jids)
    return f"<query xmlns='{ITEMS}'>{listed}{more}</query>"


def info(inside: str = "") -> str:
    """Return what somebody says of itself."""
    return f"<query xmlns='{INFO}'>{inside}</query>"


def limit(size: str, form_type: str = UPLOAD) -> str:
    """Return the form that says how large a file may be."""
    return (
        "<x xmlns='jabber:x:data' type='result'>"
        f"<field var='FORM_TYPE' type='hidden'><value>{form_type}</value></field>"
        f"<field var='max-file-size'><value>{size}</value></field></x>"
    )


def slot(
    put: str = "https://up.example.org/1/a.jpg",
    get: str = "https://up.example.org/1/a.jpg",
    headers: str = "",
) -> str:
    """Return a slot."""
    return f"<slot xmlns='{UPLOAD}'><put url='{put}'>{headers}</put><get url='{get}'/></slot>"


async def test_one_of_the_servers_items_stores_files() -> None:
    """The first that says so, with its limit; the others are asked and passed over."""
    server = Server(
        {
            "example.org items": items("rooms.example.org", "up.example.org"),
            "example.org info": info(),
            "rooms.example.org": info("<feature var='muc'/>"),
            "up.example.org": info(STORES + limit("1048576")),
        }
    )

    assert await find_service(server) == UploadService("up.example.org", 1_048_576)


async def test_the_server_itself_may_store_files() -> None:
    """Some do so without a service of its own."""
    server = Server({"example.org info": info(STORES)})
    assert await find_service(server) == UploadService("example.org")


@pytest.mark.parametrize("refusal", [RemoteError("forbidden", "auth"), NoAnswer()])
async def test_who_does_not_answer_stores_nothing(refusal: WireError) -> None:
    """An item that refuses, or is silent, does not keep the next from being found."""
    server = Server(
        {
            "example.org items": items("away.example.org", "up.example.org"),
            "away.example.org": refusal,
            "up.example.org": info(STORES),
        }
    )
    assert await find_service(server) == UploadService("up.example.org")
    assert await find_service(Server({"example.org": refusal})) is None


async def test_without_session_nobody_is_asked() -> None:
    """That is not the same as that nobody stores files."""
    with pytest.raises(NotConnected):
        await find_service(Server({"example.org": NotConnected()}))


async def test_a_server_with_many_items_is_not_asked_for_all() -> None:
    """Nodes of somebody are no services, and there are more items than anybody would ask."""
    many = [f"s{number}.example.org" for number in range(100)]
    named = "<item jid='u@example.org' node='x'/><item/>"
    server = Server({"example.org items": items(*many, more=named)})

    assert await find_service(server) is None

    assert len(server.asked) == MAX_SERVICES + 2
    assert all(to != "u@example.org" for to, _ in server.asked)


@pytest.mark.parametrize(
    "form", ["", limit("much"), limit("5", "urn:other"), limit("")]
)
async def test_a_limit_that_is_none_is_not_one(form: str) -> None:
    """A service that does not say how much it takes may be asked for any size."""
    service = await find_service(Server({"example.org info": info(STORES + form)}))
    assert service is not None
    assert service.max_size is None
    assert service.takes(10**9)


def test_a_limit_is_a_limit() -> None:
    """Of bytes, and including them."""
    service = UploadService("up.example.org", 1000)
    assert service.takes(1000)
    assert not service.takes(1001)


async def test_a_slot_is_asked_for_as_the_xep_says() -> None:
    """With name, size and type; the answer's addresses and headers are taken."""
    header = "<header name='Authorization'>Bearer abc</header>"
    server = Server({"up.example.org": slot(headers=header)})

    found = await request_slot(
        server, UploadService("up.example.org"), "picture.jpg", 12, "image/jpeg"
    )

    url = "https://up.example.org/1/a.jpg"
    assert found == Slot(url, url, (("Authorization", "Bearer abc"),))
    assert server.asked == [
        (
            "up.example.org",
            (
                f'<request xmlns="{UPLOAD}" filename="picture.jpg" size="12"'
                ' content-type="image/jpeg"/>'
            ),
        )
    ]
    assert encode_request("a", 1, "b").tag == REQUEST


async def take(answer: str) -> Slot:
    """Have a service give that answer to the request for a slot."""
    server = Server({"up.example.org": answer})
    return await request_slot(server, UploadService("up.example.org"), "a", 1, "b")


async def test_only_three_headers_are_taken_over() -> None:
    """However they are spelt, in their order, and each on one line."""
    found = await take(
        slot(
            headers="<header name='cookie'> a=b&#13;&#10;Host: evil </header>"
            "<header name='Host'>evil</header><header>none</header>"
            "<header name='EXPIRES&#10;'/><header name='Authorization'>x</header>"
        )
    )
    assert found.headers == (
        ("Cookie", "a=bHost: evil"),
        ("Expires", ""),
        ("Authorization", "x"),
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<other xmlns='urn:x'/>",
        f"<slot xmlns='{UPLOAD}'/>",
        f"<slot xmlns='{UPLOAD}'><put url='https://a.example/'/></slot>",
        f"<slot xmlns='{UPLOAD}'><put/><get/></slot>",
        slot(put="http://up.example.org/1"),
        slot(get="ftp://up.example.org/1"),
        slot(headers=f"<header name='Cookie'>{'x' * MAX_HEADERS}</header>"),
    ],
)
async def test_what_is_no_slot_is_refused(answer: str) -> None:
    """Nothing is put anywhere then."""
    with pytest.raises(BadRequest):
        await take(answer)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://up.example.org:5281/a/b.jpg?x=1#y", True),
        ("HTTPS://up.example.org/", True),
        ("http://127.0.0.1:5280/a", True),
        ("http://[::1]/a", True),
        ("http://localhost/a", True),
        ("http://up.example.org/a", False),
        ("http://192.168.1.1/a", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://127.0.0.1\\@example.org/", False),
        ("https://up.example.org/a b", False),
        ("https://up.example.org/\n", False),
        ("https://[::1/", False),
        ("https:///path", False),
        ("file:///etc/passwd", False),
        ("up.example.org", False),
        ("", False),
        (f"https://up.example.org/{'x' * MAX_URL}", False),
    ],
)
def test_an_address_is_encrypted_or_does_not_leave_the_machine(
    url: str, safe: bool
) -> None:
    """Whatever a service, or another house, says."""
    assert is_safe_url(url) is safe
