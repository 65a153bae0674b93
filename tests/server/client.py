"""An XMPP client that is not ours: slixmpp with plain XML, as anybody could write it.

Nothing here uses the component. Whatever a client receives must be claimed by the test.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
import itertools
from pathlib import Path
import ssl
from typing import Any, Protocol, Self
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from scripts.support.servers import ServerAccount
from tests.wire.schemas import problems

type Element = ET.Element[str]

TIMEOUT = 10
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
CLIENT = "{jabber:client}"


class Place(Protocol):
    """A server with accounts."""

    @property
    def accounts(self) -> Mapping[str, ServerAccount]:
        """Who can log in, by local part."""

    @property
    def host(self) -> str:
        """Where it listens."""

    @property
    def port(self) -> int:
        """Where it takes STARTTLS clients."""

    @property
    def ca_file(self) -> Path:
        """Whom to trust."""


class Client:
    """A person's client, or a machine's."""

    def __init__(self, xmpp: ClientXMPP) -> None:
        """Keep what `xmpp` receives."""
        self.xmpp = xmpp
        self.bare = xmpp.boundjid.bare
        self.jid = ""  # full, once logged in
        self.claims = ""  # whose stanzas it says its own were; '' for nobody's
        self.online: dict[str, Element] = {}  # full JID -> its presence
        self._messages: list[Element] = []
        self._texts: list[str] = []  # everything, for the schemas
        self._heard = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Element]] = {}
        self._ids = itertools.count()
        # (slixmpp's own IQ handlers answer only requests.)
        for name in ("iq", "message", "presence"):
            xmpp.register_handler(
                Callback(f"test {name}", MatchXPath(CLIENT + name), self._keep)
            )

    @classmethod
    @asynccontextmanager
    async def logged_in(
        cls, server: Place, user: str, resource: str = "phone"
    ) -> AsyncGenerator[Self]:
        """Log in and say so, and log out at the end; nothing received may be unclaimed then."""
        account = server.accounts[user]
        context = ssl.create_default_context(cafile=server.ca_file)
        xmpp = ClientXMPP(
            f"{account.jid}/{resource}", account.password, ssl_context=context
        )
        xmpp.register_plugin("xep_0030")
        xmpp.enable_direct_tls = False
        client = cls(xmpp)
        xmpp.connect(server.host, account.port or server.port)
        await xmpp.wait_until("session_start", TIMEOUT)
        client.jid = xmpp.boundjid.full
        await xmpp.get_roster()
        xmpp.send_presence()
        try:
            yield client
            assert client.unclaimed() == [], client.unclaimed()
            assert client.said() == []
        finally:
            await xmpp.disconnect()
            if xmpp._run_out_filters:  # slixmpp never ends this task by itself
                xmpp._run_out_filters.cancel()

    def unclaimed(self) -> list[str]:
        """Return the messages that no test asked about."""
        return [ET.tostring(one, encoding="unicode") for one in self._messages]

    def said(self) -> list[str]:
        """Return what the schemas say against what was sent and received."""
        return [problem for text in self._texts for problem in problems(text)]

    def _keep(self, stanza: StanzaBase) -> None:
        xml: Any = stanza.xml
        self._texts.append(ET.tostring(xml, encoding="unicode"))
        match stanza.name:
            case "iq" if answer := self._answers.pop(xml.get("id", ""), None):
                answer.set_result(xml)
            # (What was for another client of the account, gone since, servers give to the next one.)
            case "message" if xml.get("to", self.jid) in {
                self.jid,
                self.xmpp.boundjid.bare,
            }:
                self._messages.append(xml)
            case "presence":
                sender = xml.get("from", "")
                if xml.get("type") is None:
                    self.online[sender] = xml
                elif xml.get("type") == "unavailable":
                    self.online.pop(sender, None)
        self._heard.set()

    async def until[Found](self, look: Callable[[], Found | None]) -> Found:
        """Return what `look` finds, as soon as something received lets it find anything."""
        async with asyncio.timeout(TIMEOUT):
            while (found := look()) is None or found is False:
                self._heard.clear()
                await self._heard.wait()
            return found

    async def ask(
        self,
        to: str | None,
        payload: str,
        kind: str = "get",
        *,
        patience: float = TIMEOUT,
    ) -> Element:
        """Send an IQ and return the whole answer, a result or an error."""
        id_ = f"q{next(self._ids)}"
        answer = self._answers[id_] = asyncio.get_running_loop().create_future()
        target = f" to='{to}'" if to else ""
        self._texts.append(payload)
        self.say(f"<iq type='{kind}' id='{id_}'{target}{{}}>{payload}</iq>")
        return await asyncio.wait_for(answer, patience)

    async def result(
        self,
        to: str | None,
        payload: str,
        kind: str = "get",
        *,
        patience: float = TIMEOUT,
    ) -> Element | None:
        """Send an IQ and return the payload of its result."""
        answer = await self.ask(to, payload, kind, patience=patience)
        assert answer.get("type") == "result", ET.tostring(answer, encoding="unicode")
        return answer[0] if len(answer) else None

    async def refusal(self, to: str | None, payload: str, kind: str = "get") -> str:
        """Send an IQ and return the condition of the error it ends in."""
        answer = await self.ask(to, payload, kind)
        assert answer.get("type") == "error", ET.tostring(answer, encoding="unicode")
        return condition(answer)

    def send(self, to: str, payload: str, kind: str = "chat") -> None:
        """Send a message."""
        self.say(f"<message type='{kind}' to='{to}'{{}}>{payload}</message>")

    def say(self, stanza: str) -> None:
        """Send a stanza that has {} where its `from` goes."""
        self.xmpp.send_raw(
            stanza.replace("{}", f" from='{self.claims}'" if self.claims else "", 1)
        )

    def wish(self, to: str, content: str = "") -> None:
        """Ask to see somebody's presence, saying something with it."""
        self.xmpp.send_raw(f"<presence type='subscribe' to='{to}'>{content}</presence>")

    def forget(self) -> None:
        """Forget what was said and received: other tests look at it."""
        self._texts.clear()
        self._messages.clear()

    async def quiet(self) -> None:
        """Unsubscribe by going, and drop what entities that change by themselves have sent."""
        self.xmpp.send_presence(ptype="unavailable")
        await self.result(self.bare, "<query xmlns='jabber:iq:roster'/>")
        self._messages.clear()

    async def message(self, tag: str) -> Element:
        """Return, and claim, the next message with a descendant of that tag."""

        def look() -> Element | None:
            for one in self._messages:
                if one.find(f".//{tag}") is not None:
                    self._messages.remove(one)
                    return one
            return None

        return await self.until(look)

    async def sees(self, bare: str) -> str:
        """Return the full JID of a contact as soon as it is online."""
        return await self.until(
            lambda: next(
                (jid for jid in self.online if jid.startswith(f"{bare}/")), None
            )
        )


def condition(answer: Element) -> str:
    """Return the condition of an error stanza (RFC 6120 section 8.3.3)."""
    error = answer.find(f"{CLIENT}error")
    assert error is not None
    return next(
        child.tag.removeprefix(STANZAS)
        for child in error
        if child.tag.startswith(STANZAS) and not child.tag.endswith("}text")
    )
