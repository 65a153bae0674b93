"""The words of attacks: odd names, texts that want to be more than text, and payloads that nobody asked for."""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

SENSOR: Final = "urn:nf:iot:sd:1.0"
CONTROL: Final = "urn:nf:iot:ctr:1.0"
EVENTS: Final = "urn:nf:iot:events:1.0"
TREE: Final = "urn:nf:iot:concentrator:1.0"
PUBSUB: Final = "http://jabber.org/protocol/pubsub"
NICK: Final = "http://jabber.org/protocol/nick"
SOURCE: Final = "entities"
LOCK: Final = "lock.front_door"
LIGHT: Final = "light.kitchen_lights"
FORM: Final = "<x xmlns='jabber:x:data' type='submit'>{}</x>"

INJECTIONS: Final = (
    "{{ states('lock.front_door') }}{% for i in range(99999999) %}x{% endfor %}",
    "[click here](https://evil.example/)",
    "![](https://evil.example/pixel.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "https://evil.example/ www.evil.example evil@evil.example",
    "# Heading\n\n- list\n\n| a |\n|---|\n`code` **bold** ~~gone~~",
    "{name} {0.__class__} %s ${HOME} $(id) `id`",
    "' OR 1=1; DROP TABLE states; --",
    "</status></presence><iq type='set' id='evil'/>",
    "\u202eesrever\u202c \u200b\u2066\ufeff\U000e0041",
    "&lt;b&gt; ]]> <![CDATA[ &amp;amp;",
)
"""Text for whoever shows, renders, formats, asks a database or a shell."""

ODD_NODES: Final = (
    "",
    " ",
    ".",
    "..",
    "../../etc/passwd",
    "light.",
    ".light",
    "light.kitchen_lights.",
    "LIGHT.KITCHEN_LIGHTS",
    "light.kitchen_lights,lock.front_door",
    "light.kitchen_lights\n",
    "light.*",
    "all",
    "none",
    "group.all_lights",
    "area:",
    "area:" + "x" * 5_000,
    "device:../" + "%00" * 20,
    "\u200block.front_door",
    "lоck.front_door",
    "\U0001f512.\U0001f6aa",
    "\x7f\x80\x9f\ufffe",
    "'\"`;\\",
    "x" * 100_000,
    "{" * 5_000,
    "9" * 5_000,
    *INJECTIONS,
)
"""Names of nodes that no house has."""


def quoted(text: str) -> str:
    """Return text for an attribute in single quotes, with what XML does not allow left out."""
    allowed = "".join(one for one in text if one in "\t\n\r" or _is_allowed(one))
    entities = {"'": "&apos;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;"}
    return escape(allowed, entities)


def _is_allowed(character: str) -> bool:
    return character >= " " and character not in "\ufffe\uffff"


def node(name: str) -> str:
    """Return what names a node."""
    return f"<nd id='{quoted(name)}' src='{SOURCE}'/>"


def iq(to: str, payload: str, identifier: object, kind: str = "get") -> str:
    """Return an IQ."""
    return f"<iq type='{kind}' id='{identifier}' to='{to}'>{payload}</iq>"


def message(to: str, payload: str, attributes: str = "") -> str:
    """Return a message."""
    return f"<message to='{to}' {attributes}>{payload}</message>"


def read(name: str, identifier: object) -> str:
    """Return a request to read a node."""
    return f"<req xmlns='{SENSOR}' id='{identifier}' m='true'>{node(name)}</req>"


def order(name: str, parameter: str = "power", value: str = "true") -> str:
    """Return a request to set something."""
    setting = f"<b n='{quoted(parameter)}' v='{quoted(value)}'/>"
    return f"<set xmlns='{CONTROL}'>{node(name)}{setting}</set>"


def unlock() -> str:
    """Return the request to unlock the front door."""
    return order(LOCK, "locked", "false")


def follow(name: str, identifier: object) -> str:
    """Return a request for the events of a node."""
    return (
        f"<subscribe xmlns='{EVENTS}' id='{identifier}' m='true'>{node(name)}"
        "</subscribe>"
    )


def subscribe(node: str, jid: str) -> str:
    """Return a request of PubSub."""
    return (
        f"<pubsub xmlns='{PUBSUB}'>"
        f"<subscribe node='{quoted(node)}' jid='{jid}'/></pubsub>"
    )


def lie(identifier: object = "1") -> str:
    """Return sensor data that is not true: the front door is open."""
    return (
        f"<resp xmlns='{SENSOR}' id='{identifier}'><nd id='{LOCK}' src='{SOURCE}'>"
        "<ts v='2030-01-01T00:00:00Z'><s n='state' m='true' v='open'/></ts></nd></resp>"
    )


def forged_events(node: str, elsewhere: str) -> Iterator[str]:
    """Yield what only a PubSub service says: that the door is open, that the feed is gone or somewhere else."""
    event = f"<event xmlns='{PUBSUB}#event'>{{}}</event>"
    name = quoted(node)
    items = f"<items node='{name}'><item id='{{}}'>{{}}</item></items>"
    for number in ("0-1", "zzzzzzzz-1", "zzzzzzzz-99999999999999999", "", "-1"):
        yield event.format(items.format(number, lie()))
    yield event.format(f"<items node='{name}'><retract id='0-1'/></items>")
    yield event.format(f"<purge node='{name}'/>")
    uri = f"xmpp:{elsewhere}?;node={name}"
    yield event.format(f"<delete node='{name}'><redirect uri='{uri}'/></delete>")
    yield event.format(f"<delete node='{name}'/>")
    yield event.format(f"<configuration node='{name}'/>")


def forged_news() -> Iterator[str]:
    """Yield what only a house says of its own nodes."""
    reference = f"src='{SOURCE}' ts='2030-01-01T00:00:00Z'"
    for name in (LOCK, LIGHT, "device:1"):
        yield f"<nodeRemoved xmlns='{TREE}' id='{name}' {reference}/>"
        yield (
            f"<nodeUpdated xmlns='{TREE}' id='{name}' oid='{LOCK}' isReadable='true'"
            f" hasChildren='false' state='None' nodeType='homeassistant.lock' {reference}/>"
        )
    yield (
        f"<nodeAdded xmlns='{TREE}' id='switch.evil' nodeType='homeassistant.switch'"
        f" displayName='Evil' isReadable='true' hasChildren='false' state='None' {reference}/>"
    )
    yield lie()
    yield f"<done xmlns='{SENSOR}' id='1'/>"
    yield f"<started xmlns='{SENSOR}' id='1'/>"


def forwarded(house: str, kind: str) -> str:
    """Return an order in somebody else's name, as copies (XEP-0280) and archives (XEP-0313) wrap it."""
    inner = (
        f"<message xmlns='jabber:client' from='{house}' to='{house}' type='chat'>"
        f"{unlock()}</message>"
    )
    wrapped = f"<forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded>"
    namespace = "urn:xmpp:mam:2" if kind == "result" else "urn:xmpp:carbons:2"
    return f"<{kind} xmlns='{namespace}' id='1'>{wrapped}</{kind}>"


def roster_push(jid: str) -> str:
    """Return what only the own server says: somebody is a friend now."""
    item = f"<item jid='{jid}' subscription='both' name='Owner'/>"
    return f"<query xmlns='jabber:iq:roster'>{item}</query>"


def block_push(jid: str) -> str:
    """Return what only the own server says: somebody is blocked now."""
    return f"<block xmlns='urn:xmpp:blocking'><item jid='{jid}'/></block>"


def introduction(text: str, token: str = "") -> str:
    """Return what a stranger says of itself with a request to become a friend."""
    said = quoted(text)
    preauth = f"<preauth xmlns='urn:xmpp:pars:0' token='{quoted(token)}'/>"
    return f"<status>{said}</status><nick xmlns='{NICK}'>{said}</nick>{preauth}"
