"""The answer to those the house does not know: the one its server gives for nobody.

Anybody who guesses the full JID can send an IQ. So that this tells nothing, a stranger gets, to the
letter, what the server answers for a resource that does not exist. Servers differ in that (ejabberd gives
the request back and explains in the language of the asker), so the session asks its own server.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Final
from xml.etree.ElementTree import Element

from .errors import NoAnswer, NotConnected
from .xml import XML, XML_LANG, clark, escape, split_tag, to_text

_LOGGER = logging.getLogger(__name__)

MAX_ECHO: Final = 200_000  # characters; more could be over the limit of our own server
MAX_LANGUAGES: Final = 32  # learned; others get the answer without a language
MAX_WAITING: Final = 100  # requests of strangers that wait until the answer is learned
_MAX_LANGUAGE: Final = 35  # characters (RFC 5646 section 4.4.1)
_ERROR: Final = clark("jabber:client", "error")


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the server answers for a resource that does not exist."""

    error: str  # the <error/>, rendered
    echoes: bool = False  # the request's children are given back
    language: bool = False  # the request's language is given back


FALLBACK: Final = Refusal(
    "<error type='cancel'>"
    "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
)


class Gate:
    """Answers strangers; `ask` sends a request to nobody, in a language, and returns the server's answer."""

    def __init__(
        self,
        ask: Callable[[str | None], Awaitable[Element]],
        send: Callable[[str], None],
    ) -> None:
        self._ask = ask
        self._send = send
        self._learned: dict[str | None, Refusal] = {}
        self._learning: dict[str | None, asyncio.Task[None]] = {}
        self._waiting: list[tuple[Element, str]] = []

    def forget(self) -> None:
        """Begin anew: another session may be with another server."""
        self._learned.clear()
        self._waiting.clear()

    async def close(self) -> None:
        """Stop learning."""
        self.forget()
        if tasks := list(self._learning.values()):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def refuse(self, request: Element, sender: str) -> None:
        """Answer `request` (an <iq/> of type get or set) as if nobody were here."""
        language = _language(request)
        if (refusal := self._learned.get(language)) is not None:
            self._send(render_refusal(refusal, request, sender))
            return
        known = len(self._learned) + len(self._learning)
        if known > MAX_LANGUAGES or len(self._waiting) >= MAX_WAITING:
            refusal = self._learned.get(None, FALLBACK)
            self._send(render_refusal(refusal, request, sender))
        else:
            self._waiting.append((request, sender))
            self.learn(language)

    def learn(self, language: str | None = None) -> None:
        """Ask the server how it answers in `language`, then answer those who wait for it."""
        if language not in self._learning:
            task = asyncio.create_task(self._learn(language))
            self._learning[language] = task
            task.add_done_callback(lambda _: self._learning.pop(language))

    async def _learn(self, language: str | None) -> None:
        try:
            answer = await self._ask(language)
        except NoAnswer, NotConnected:
            _LOGGER.debug(
                "The server did not answer for a resource that does not exist"
            )
            return
        self._learned[language] = _refusal(answer)
        waiting, self._waiting = self._waiting, []
        for request, sender in waiting:
            self.refuse(request, sender)


def _language(request: Element) -> str | None:
    language = request.get(XML_LANG)
    return None if language is None or len(language) > _MAX_LANGUAGE else language


def _refusal(answer: Element) -> Refusal:
    """Return how to answer as `answer` does."""
    error = answer.find(_ERROR)
    if error is None:  # a server on which every resource exists
        return FALLBACK
    return Refusal(
        to_text(error, "jabber:client"),
        echoes=len(answer) > 1,
        language=XML_LANG in answer.attrib,
    )


def render_refusal(refusal: Refusal, request: Element, sender: str) -> str:
    """Return the answer to `request` of `sender`."""
    echo = _echo(request) if refusal.echoes else ""
    language = request.get(XML_LANG) if refusal.language else None
    spoken = "" if language is None else f' xml:lang="{escape(language)}"'
    return (
        f'<iq type="error" id="{escape(request.get("id", ""))}" to="{escape(sender)}"'
        f"{spoken}>{echo}{refusal.error}</iq>"
    )


def _echo(request: Element) -> str:
    """Return the children of a request as text, whatever they are: not recursively, and not too much."""
    parts: list[str] = []
    size = 0
    # What is left to write: text, or an element and the default namespace around it.
    todo: list[str | tuple[Element, str]] = [
        (child, "jabber:client") for child in reversed(request)
    ]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            parts.append(item)
            size += len(item)
        else:
            todo.extend(_taken_apart(*item))
        if size > MAX_ECHO:
            return ""
    return "".join(parts)


def _taken_apart(node: Element, around: str) -> list[str | tuple[Element, str]]:
    """Return what to write for `node`, last first."""
    namespace, name = split_tag(node.tag)
    declared = "" if namespace == around else f' xmlns="{escape(namespace)}"'
    attributes = "".join(
        _attribute(key, value, index)
        for index, (key, value) in enumerate(node.attrib.items())
    )
    start = f"<{name}{declared}{attributes}"
    tail = escape(node.tail or "")
    if not len(node) and not node.text:
        return [f"{start}/>{tail}"]
    return [
        f"</{name}>{tail}",
        *((child, namespace) for child in reversed(node)),
        f"{start}>{escape(node.text or '')}",
    ]


def _attribute(key: str, value: str, index: int) -> str:
    namespace, name = split_tag(key)
    if not namespace:
        return f' {name}="{escape(value)}"'
    if key.startswith(f"{{{XML}}}"):
        return f' xml:{name}="{escape(value)}"'
    return f' xmlns:n{index}="{escape(namespace)}" n{index}:{name}="{escape(value)}"'
