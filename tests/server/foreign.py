"""Concentrators and devices that are not ours: slixmpp with plain XML, as anybody could write them.

Nothing here uses the component. What they hold is a few values, which they tell, and let be set.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import ssl
from typing import Any, Self
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from tests.wire.schemas import problems

from .client import TIMEOUT, Place

type Element = ET.Element[str]
type Answer = Callable[[Element], str]

NOW = "2026-11-21T06:00:00Z"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
REFUSED = f"<error type='cancel'><feature-not-implemented xmlns='{STANZAS}'/></error>"


@dataclass(frozen=True, slots=True)
class Refusal(Exception):  # nothing is wrong with it
    """What a request ends in: the content of an error."""

    content: str = REFUSED


class Foreign:
    """Somebody with values of their own."""

    def __init__(self, xmpp: ClientXMPP, answers: Mapping[str, Answer]) -> None:
        """Answer requests, by the names of their elements."""
        self.xmpp = xmpp
        self.bare = xmpp.boundjid.bare
        self.asked: list[str] = []
        self.texts: list[str] = []
        self.peer = ""  # who asked last
        self._answers = answers
        self._heard = asyncio.Event()
        xmpp.register_handler(
            Callback("foreign", MatchXPath("{jabber:client}iq"), self._receive)
        )

    @classmethod
    @asynccontextmanager
    async def logged_in(
        cls,
        server: Place,
        user: str,
        features: tuple[str, ...],
        answers: Mapping[str, Answer],
    ) -> AsyncGenerator[Self]:
        """Be online; whatever was said is held against the schemas at the end."""
        account = server.accounts[user]
        context = ssl.create_default_context(cafile=server.ca_file)
        xmpp = ClientXMPP(f"{account.jid}/thing", account.password, ssl_context=context)
        xmpp.register_plugin("xep_0030")
        for feature in features:
            xmpp.plugin["xep_0030"].add_feature(feature)
        xmpp.enable_direct_tls = False
        made = cls(xmpp, answers)
        xmpp.connect(server.host, account.port or server.port)
        await xmpp.wait_until("session_start", TIMEOUT)
        await xmpp.get_roster()
        xmpp.send_presence()
        try:
            yield made
            assert [one for text in made.texts for one in problems(text)] == []
        finally:
            await xmpp.disconnect()
            if xmpp._run_out_filters:  # slixmpp never ends this task by itself
                xmpp._run_out_filters.cancel()

    def _receive(self, stanza: StanzaBase) -> None:
        xml: Any = stanza.xml
        if xml.get("type") not in {"get", "set"} or not len(xml):
            return
        request = xml[0]
        name = request.tag.rpartition("}")[2]
        if name not in self._answers and "disco" in request.tag:
            return
        self.peer = xml.get("from", "")
        self.asked.append(name)
        self.texts.append(ET.tostring(request, encoding="unicode"))
        kind, content = "result", ""
        try:
            content = self._answers[name](request)
        except KeyError:
            kind, content = "error", REFUSED
        except Refusal as refusal:
            kind, content = "error", refusal.content
        if kind == "result" and content:
            self.texts.append(content)
        self.xmpp.send_raw(
            f"<iq type='{kind}' id='{xml.get('id')}' to='{self.peer}'>{content}</iq>"
        )
        self._heard.set()

    def tell(self, payload: str) -> None:
        """Send whoever asked last a message."""
        self.texts.append(payload)
        self.xmpp.send_raw(f"<message to='{self.peer}'>{payload}</message>")

    async def was_asked(self, name: str) -> None:
        """Wait until somebody has asked for something."""
        async with asyncio.timeout(TIMEOUT):
            while name not in self.asked:
                self._heard.clear()
                await self._heard.wait()


def form(*fields: str) -> str:
    """Return a control form with these fields."""
    return f"<x xmlns='jabber:x:data' type='form'><title>Control</title>{''.join(fields)}</x>"


def field(
    var: str,
    datatype: str,
    *,
    kind: str = "text-single",
    value: object = "",
    limits: tuple[float, float] | None = None,
    options: tuple[str, ...] = (),
) -> str:
    """Return one field of a control form."""
    scale = f"<range min='{limits[0]}' max='{limits[1]}'/>" if limits else ""
    choices = "".join(f"<option><value>{one}</value></option>" for one in options)
    return (
        f"<field var='{var}' type='{kind}' label='{var}'>"
        f"<validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='{datatype}'>"
        f"{scale}</validate><value>{value}</value>{choices}"
        "<notSame xmlns='urn:xmpp:xdata:dynamic'/></field>"
    )
