"""What clients say in each dialect, typed by hand and not taken from the component."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
import re
from urllib.parse import parse_qs, unquote

from custom_components.xmpp_iot.concentrator.feeds import Feeds

from .client import Client, Element

ITEMS = "{http://jabber.org/protocol/pubsub#event}items"


@dataclass(frozen=True, slots=True)
class Words:
    """How one dialect says what these tests ask; typed by hand, not taken from the component."""

    sd: str
    ctr: str
    con: str
    node: str  # attributes that name a node
    nd: str  # element that names a node
    info: str  # element of a node in a list
    info_id: str
    boolean: str
    name: str
    value: str

    def ref(self, node: str) -> str:
        """Return an element naming a node."""
        return f"<{self.nd} {self.attributes(node)}/>"

    def attributes(self, node: str) -> str:
        """Return the attributes naming a node."""
        return self.node.format(node)

    def set(self, node: str, settings: str) -> str:
        """Return a control request."""
        return f"<set xmlns='{self.ctr}'>{self.ref(node)}{settings}</set>"

    def power(self, on: bool) -> str:
        """Return a setting of `power`."""
        value = str(on).lower()
        return f"<{self.boolean} {self.name}='power' {self.value}='{value}'/>"

    def tree(self, operation: str, attributes: str = "", content: str = "") -> str:
        """Return a concentrator request."""
        return f"<{operation} xmlns='{self.con}' {attributes}>{content}</{operation}>"


def neuro(family: str) -> Words:
    """Return the Neuro-Foundation dialect in one of its namespaces."""
    return Words(
        sd=f"urn:{family}:iot:sd:1.0",
        ctr=f"urn:{family}:iot:ctr:1.0",
        con=f"urn:{family}:iot:concentrator:1.0",
        node="id='{}' src='entities'",
        nd="nd",
        info="nodeInfo",
        info_id="id",
        boolean="b",
        name="n",
        value="v",
    )


XSF = Words(
    sd="urn:xmpp:iot:sensordata",
    ctr="urn:xmpp:iot:control",
    con="urn:xmpp:iot:concentrators",
    node="nodeId='{}' sourceId='entities'",
    nd="node",
    info="node",
    info_id="nodeId",
    boolean="boolean",
    name="name",
    value="value",
)
NF = neuro("nf")
DIALECTS = {"nf": NF, "nfi": neuro("nfi"), "ieee": neuro("ieee"), "xsf": XSF}
SOURCE = {True: "sourceId='entities'", False: "src='entities'"}


def source(words: Words) -> str:
    """Return the attribute naming the source."""
    return SOURCE[words is XSF]


def shared(entity_ids: Iterable[str]) -> set[str]:
    """Return the entities that anybody sees.

    The house's ears, mouth and mind are nobody's, nor is what it has on record of its contacts.
    """
    return {
        entity_id
        for entity_id in entity_ids
        if not re.fullmatch(r"event\..+_requests", entity_id)
        and entity_id.partition(".")[0]
        not in {
            "conversation",
            "image_processing",
            "infrared",
            "radio_frequency",
            "stt",
            "tts",
        }
    }


async def walk(client: Client, to: str, words: Words) -> dict[str, Element]:
    """Return all nodes found by walking down from the roots."""
    found: dict[str, Element] = {}
    waiting = [words.tree("getRootNodes", source(words))]
    while waiting:
        answer = await client.result(to, waiting.pop())
        assert answer is not None
        for node in answer.iter(f"{{{words.con}}}{words.info}"):
            name = node.get(words.info_id, "")
            assert name not in found
            found[name] = node
            if node.get("hasChildren") in {"true", "1"}:
                waiting.append(words.tree("getChildNodes", words.attributes(name)))
    return found


def read_request(words: Words, node: str) -> str:
    """Return a request for the momentary fields of a node."""
    id_ = "id" if words is not XSF else "seqnr"
    every = "m='true'" if words is not XSF else "momentary='true'"
    return f"<req xmlns='{words.sd}' {id_}='7' {every}>{words.ref(node)}</req>"


async def read(client: Client, to: str, words: Words, node: str) -> Element:
    """Return the reading of a node, wherever the dialect puts it."""
    answer = await client.result(to, read_request(words, node))
    assert answer is not None
    if answer.tag == f"{{{words.sd}}}resp":
        return answer
    assert answer.tag == f"{{{words.sd}}}accepted"
    fields = f"{{{words.sd}}}{'resp' if words is not XSF else 'fields'}"
    found = (await client.message(fields)).find(fields)
    assert found is not None
    return found


def field(reading: Element, words: Words, name: str) -> Element:
    """Return the field of that name."""
    for one in reading.iter():
        if one.get(words.name) == name and one.get(words.value) is not None:
            return one
    raise AssertionError(name)


async def follow(client: Client, to: str, words: Words) -> str:
    """Subscribe to what this client sees, as the roots say; return the PubSub node's name."""
    answer = await client.result(
        to, words.tree("getRootNodes", f"{source(words)} parameters='true'")
    )
    assert answer is not None
    addresses = {
        one.get("value", "") for one in answer.iter() if one.get("id") == "pubsub"
    }
    (address,) = addresses
    service, _, query = address.removeprefix("xmpp:").partition("?")
    node = parse_qs(query, separator=";")["node"][0]
    await client.result(
        unquote(service),
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
        f"<subscribe node='{node}' jid='{client.jid}'/></pubsub>",
        "set",
    )
    return node


async def event(client: Client, node: str) -> Element:
    """Return the next item of a feed."""
    message = await client.message(ITEMS)
    items = message.find(f".//{ITEMS}")
    assert items is not None
    assert items.get("node") == node
    return items[0]


async def settled(feeds: Feeds) -> None:
    """Wait until the feeds have been made to fit the server."""
    while task := feeds._settling:
        await asyncio.wait({task})
