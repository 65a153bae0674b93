"""Bytes from a server become stanzas, within limits.

slixmpp's own reader accepts documents of any size and entities declared in them, and may hold back a
stanza that came in two pieces (expat's reparse deferral) until more data comes. This one does not.
"""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MAX_BYTES: Final = 1_000_000  # of one stanza; servers allow 64 to 512 kB
MAX_DEPTH: Final = 64  # levels of one stanza
MAX_ELEMENTS: Final = 20_000  # of one stanza

_STREAM: Final = "http://etherx.jabber.org/streams}stream"


@dataclass(frozen=True, slots=True)
class Received:
    """A child of the stream element, and whether it has too many levels or elements to be worked on."""

    element: Element
    excessive: bool = False


class _Refused(Exception):
    """The document has something no XMPP stream has."""


class StanzaReader:
    """A pull parser for one XML stream (RFC 6120 section 4)."""

    def __init__(self) -> None:
        parser = expat.ParserCreate("utf-8", "}")
        parser.buffer_text = True
        parser.SetReparseDeferralEnabled(False)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        self._parser = parser
        self._builder = TreeBuilder()
        self._depth = 0
        self._elements = 0
        self._excessive = False
        self._bytes = 0
        self._boundary = 0  # where the last stanza, or the white space after it, ended
        self._received: list[Received] = []
        self.closed = False
        self.failure: str | None = None

    def feed(self, data: bytes) -> list[Received]:
        """Return the stanzas that `data` completes; afterwards `failure` or `closed` may be set."""
        self._received = []
        self._bytes += len(data)
        try:
            self._parser.Parse(data, False)
        except expat.ExpatError as error:
            self.failure = f"malformed XML: {error}"
        except _Refused as error:
            self.failure = str(error)
        if self._bytes - self._boundary > MAX_BYTES:
            self.failure = f"a stanza of more than {MAX_BYTES} bytes"
        return self._received

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            return self._open(name)
        if self._depth == 2:
            self._builder = TreeBuilder()
            self._elements = 0
            self._excessive = False
        self._elements += 1
        if self._depth - 1 > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            self._excessive = True
        self._builder.start(
            _clark(name), {_clark(key): value for key, value in attributes.items()}
        )
        return None

    def _open(self, name: str) -> None:
        if name != _STREAM:
            raise _Refused("this is not an XMPP server")
        self._boundary = self._parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.closed = True
            return
        self._builder.end(_clark(name))
        if self._depth == 1:
            self._received.append(Received(self._builder.close(), self._excessive))
            self._boundary = self._parser.CurrentByteIndex

    def _text(self, text: str) -> None:
        if self._depth > 1:
            self._builder.data(text)
        else:  # white space that keeps the connection alive
            self._boundary = self._parser.CurrentByteIndex

    def _doctype(self, *_: object) -> None:
        raise _Refused("a document type declaration (RFC 6120 section 11.1)")


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name
