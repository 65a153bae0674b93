"""What a hostile account says is read, or ends the stream, in little time: the demo's server lets not all of it through."""

import time
from typing import Final

import pytest

from custom_components.xmpp_iot.wire.reader import MAX_BYTES, StanzaReader
from scripts.support.attack_words import INJECTIONS, ODD_NODES, quoted
from scripts.support.attacks import ATTACKS, ENTITIES, Target

HEAD: Final = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
TARGET: Final = Target(home="home@a/h", cabin="cabin@a/h", attacker="evil@a")
QUICKLY: Final = 3.0  # seconds; a billion laughs would take hours
PIECE: Final = 4_096  # bytes


def reader() -> StanzaReader:
    """Return a reader in an open stream."""
    made = StanzaReader()
    made.feed(HEAD.encode())
    return made


def feed(one: StanzaReader, text: str) -> int:
    """Feed a text in pieces until it is too much; return the number of stanzas in it."""
    data = text.encode()
    found = 0
    for begin in range(0, len(data), PIECE):
        found += len(one.feed(data[begin : begin + PIECE]))
        if one.failure:
            break
    return found


@pytest.mark.parametrize("number", range(9))
def test_what_ends_a_stream_ends_it_here_too(number: int) -> None:
    """If a server ever lets it through; what is large alone is read as far as a stanza may be."""
    said = [*ATTACKS["what ends a stream"].words(TARGET)][number]
    one = reader()
    begun = time.monotonic()

    stanzas = feed(one, said)

    assert time.monotonic() - begun < QUICKLY
    if said.startswith("<?xml-stylesheet"):  # ignored, as comments are
        assert (one.failure, stanzas) == (None, 1)
    elif said.endswith("\xff"):  # (here it is the letter, and no end)
        assert (one.failure, stanzas) == (None, 0)
    else:
        assert stanzas == 0
        assert one.failure or one.closed


def test_entities_are_not_even_declared() -> None:
    """A document type is refused where it begins, wherever that is."""
    one = StanzaReader()

    one.feed(f"<?xml version='1.0'?><!DOCTYPE x [{ENTITIES}]>".encode())

    assert one.failure is not None
    assert "document type" in one.failure


def test_heavy_stanzas_are_read_and_marked() -> None:
    """What is too deep or too wide is excessive, what is merely long is not; none of it is more than memory."""
    one = reader()

    for said in ATTACKS["heavy stanzas"].words(TARGET):
        (received,) = one.feed(said.encode())
        elements = said.count("<a>") + said.count("<a/>") + said.count("<field")
        assert received.excessive is (elements > 8_000)
    assert one.failure is None


def test_a_stanza_that_only_gets_deeper() -> None:
    """It is ended by its bytes, and its levels cost nothing more."""
    one = reader()
    begun = time.monotonic()

    feed(one, "<a>" * MAX_BYTES)

    assert one.failure == f"a stanza of more than {MAX_BYTES} bytes"
    assert time.monotonic() - begun < QUICKLY


def test_many_names_in_one_element() -> None:
    """Attributes by the thousands are no work that grows with their square."""
    one = reader()
    names = "".join(f" a{number}='{number}'" for number in range(60_000))
    begun = time.monotonic()

    (received,) = one.feed(f"<iq{names}/>".encode())

    assert len(received.element.attrib) == 60_000
    assert time.monotonic() - begun < QUICKLY


@pytest.mark.parametrize("text", [*INJECTIONS, *ODD_NODES])
def test_names_stay_names(text: str) -> None:
    """Nothing in an attribute becomes an element, or another stanza."""
    one = reader()

    (received,) = one.feed(f"<iq><q a='{quoted(text)}'/></iq>".encode())

    ((query,),) = (received.element,)
    assert query.attrib.keys() == {"a"}
    assert len(query) == 0
