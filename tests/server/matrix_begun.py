"""What some ways in are about: forms, readouts, queries and feeds that somebody has begun."""

from datetime import timedelta
import itertools
from typing import Final
from urllib.parse import parse_qs

from homeassistant.util import dt as dt_util

from .client import Client, Element
from .dialects import XSF, Words, source
from .matrix import CAMERA, LIGHT, THERMOSTAT

PUBSUB: Final = "http://jabber.org/protocol/pubsub"
_IDS: Final = itertools.count(100)


async def _begun(
    client: Client, to: str, payload: str, kind: str = "get"
) -> Element | None:
    """Return what the house answers; None where it refuses."""
    answer = await client.ask(to, payload, kind)
    return answer if answer.get("type") == "result" else None


async def form_session(client: Client, house: str, words: Words) -> str:
    """Be given a form that is worth asking about."""
    ref = words.ref(THERMOSTAT)
    answer = await _begun(
        client, house, f"<getForm xmlns='{words.ctr}'>{ref}</getForm>"
    )
    fields = () if answer is None else answer.iter("{jabber:x:data}field")
    values = (
        one.findtext("{jabber:x:data}value", "")
        for one in fields
        if one.get("var") == "xdd session"
    )
    return next(values, "")


async def query_under_way(client: Client, house: str, words: Words) -> str:
    """Have a picture taken, which takes its time."""
    name = f"b{next(_IDS)}"
    named = "" if words is XSF else f"queryId='{name}'"
    payload = words.tree(
        "executeNodeQuery", f"{words.attributes(CAMERA)} command='picture' {named}"
    )
    answer = await _begun(client, house, payload, "set")
    if answer is None:
        return ""
    return answer[0].get("queryId", "") if words is XSF else name


async def readout_for_later(client: Client, house: str, words: Words) -> str:
    """Ask for a readout in the future."""
    name = str(next(_IDS))
    later = (dt_util.utcnow() + timedelta(hours=1)).isoformat()
    attribute, every = ("seqnr", "momentary") if words is XSF else ("id", "m")
    payload = (
        f"<req xmlns='{words.sd}' {attribute}='{name}' {every}='true' when='{later}'>"
        f"{words.ref(LIGHT)}</req>"
    )
    await _begun(client, house, payload)
    return name


async def following(client: Client, house: str, words: Words) -> str:
    """Follow the values of a node."""
    name = str(next(_IDS))
    namespace = words.sd.replace(":sd:", ":events:")
    await _begun(
        client,
        house,
        f"<subscribe xmlns='{namespace}' id='{name}' m='true'>{words.ref(LIGHT)}</subscribe>",
    )
    return name


async def own_feed(client: Client, house: str, words: Words) -> str:
    """Ask for the feed of what one sees."""
    answer = await _begun(
        client, house, words.tree("getRootNodes", f"{source(words)} parameters='true'")
    )
    addresses = {
        one.get("value", "")
        for one in (() if answer is None else answer.iter())
        if one.get("id") == "pubsub"
    }
    for address in addresses:
        return parse_qs(address.partition("?")[2], separator=";")["node"][0]
    return ""


async def feed_of_friend(friend: Client, house: str, words: Words) -> str:
    """Ask for the feed of those who see everything."""
    return await own_feed(friend, house, words)
