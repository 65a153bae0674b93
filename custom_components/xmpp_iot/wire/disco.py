"""What the house says of itself to those it is admitted to see: service discovery, capabilities, ping.

slixmpp's plugins for these are not used: they ask every contact for its features, and answer through a
queue that outlives the session.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Final
from xml.etree.ElementTree import Element

from .errors import ItemNotFound
from .responder import IqHandler, IqRequest
from .xml import clark, element

INFO: Final = "http://jabber.org/protocol/disco#info"
ITEMS: Final = "http://jabber.org/protocol/disco#items"
CAPS: Final = "http://jabber.org/protocol/caps"
PING: Final = "urn:xmpp:ping"
INFO_QUERY: Final = clark(INFO, "query")
ITEMS_QUERY: Final = clark(ITEMS, "query")
PING_QUERY: Final = clark(PING, "ping")

_SOFTWARE: Final = (
    "urn:x-xmpp-iot"  # names the software in capabilities (XEP-0115 section 4)
)
_IDENTITIES: Final = (("automation", "device"), ("client", "bot"))
_OWN_FEATURES: Final = frozenset({INFO, ITEMS, CAPS, PING})


@dataclass(frozen=True, slots=True)
class Disco:
    """The house's identity and features (XEP-0030), and the hash that stands for them (XEP-0115)."""

    name: str
    features: tuple[str, ...]
    version: str

    @classmethod
    def of(cls, name: str, features: Iterable[str]) -> Disco:
        """Describe a house called `name` with `features` beside those of this module."""
        everything = tuple(sorted(_OWN_FEATURES | set(features)))
        # XEP-0115 section 5.1; '<' separates there and escapes nothing.
        plain = name.replace("<", "")
        text = "".join(
            [f"{category}/{kind}//{plain}<" for category, kind in _IDENTITIES]
            + [f"{feature}<" for feature in everything]
        )
        digest = sha1(text.encode(), usedforsecurity=False).digest()
        return cls(plain, everything, b64encode(digest).decode())

    @property
    def capabilities(self) -> Element:
        """The element for presence that lets others know the features without asking."""
        return element(
            clark(CAPS, "c"),
            {"hash": "sha-1", "node": _SOFTWARE, "ver": self.version},
        )

    @property
    def answers(self) -> Mapping[str, IqHandler]:
        """Who answers what contacts ask about the house itself, by tag."""
        return {
            INFO_QUERY: self._answer_info,
            ITEMS_QUERY: self._answer_items,
            PING_QUERY: self._answer_ping,
        }

    async def _answer_info(self, request: IqRequest) -> Element:
        return self.info(request.payload)

    async def _answer_items(self, request: IqRequest) -> Element:
        return self.items(request.payload)

    async def _answer_ping(self, request: IqRequest) -> None:
        """Say that the house is there, with nothing (XEP-0199 section 4.2)."""

    def info(self, query: Element) -> Element:
        """Answer disco#info; ItemNotFound for a node that is not the capabilities' one."""
        node = query.get("node")
        if node not in (None, "", f"{_SOFTWARE}#{self.version}"):
            raise ItemNotFound
        return element(
            INFO_QUERY,
            {"node": node},
            *(
                element(
                    clark(INFO, "identity"),
                    {"category": category, "type": kind, "name": self.name},
                )
                for category, kind in _IDENTITIES
            ),
            *(element(clark(INFO, "feature"), {"var": var}) for var in self.features),
        )

    def items(self, query: Element) -> Element:
        """Answer disco#items: the house's nodes are no items (XEP-0326), so there are none."""
        if query.get("node"):
            raise ItemNotFound
        return element(ITEMS_QUERY)
