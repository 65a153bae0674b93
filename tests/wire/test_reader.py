"""The reader gives the same stanzas however their bytes arrive, and stops at its limits."""

from hypothesis import given, strategies as st

from custom_components.xmpp_iot.wire.reader import MAX_BYTES, MAX_DEPTH, StanzaReader
from custom_components.xmpp_iot.wire.xml import XML_LANG, to_text

HEAD = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
STANZAS = (
    "<message xml:lang='de' to='ä'><body>Grüße &amp; \N{SNOWMAN}</body><!-- x --></message>"
    "\n <iq type='get'><q xmlns='urn:q' xmlns:p='urn:p' p:a='1'><p:b/>tail</q></iq> "
    "<stream:features/>"
)
WHOLE = (HEAD + STANZAS).encode()


def read(*pieces: bytes) -> tuple[list[str], StanzaReader]:
    """Return the stanzas in those pieces of a document."""
    reader = StanzaReader()
    stanzas = [to_text(one.element) for piece in pieces for one in reader.feed(piece)]
    return stanzas, reader


def test_reads_names_and_text() -> None:
    """Names are in Clark notation, text is whole, comments are nothing."""
    reader = StanzaReader()
    message, request, features = (one.element for one in reader.feed(WHOLE))

    assert message.tag == "{jabber:client}message"
    assert message.attrib == {XML_LANG: "de", "to": "ä"}
    assert message[0].text == "Grüße & \N{SNOWMAN}"
    assert request[0].attrib == {"{urn:p}a": "1"}
    assert (request[0][0].tag, request[0][0].tail) == ("{urn:p}b", "tail")
    assert features.tag == "{http://etherx.jabber.org/streams}features"
    assert (reader.failure, reader.closed) == (None, False)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=20))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    """Wherever the network cuts, the stanzas are the same."""
    edges = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert read(*pieces)[0] == read(WHOLE)[0]


def test_each_stanza_is_there_with_its_last_byte() -> None:
    """Nothing is held back until more data comes."""
    reader = StanzaReader()
    reader.feed(HEAD.encode())
    text = b"<presence from='a@b/c'/>"
    assert not any(reader.feed(bytes([one])) for one in text[:-1])
    assert len(reader.feed(text[-1:])) == 1


def test_depth() -> None:
    """A stanza of the most levels is fine, one of more is excessive."""
    for levels, excessive in ((MAX_DEPTH, False), (MAX_DEPTH + 1, True)):
        reader = StanzaReader()
        text = HEAD + "<a>" * levels + "</a>" * levels + "<b/>"
        first, second = reader.feed(text.encode())
        assert first.excessive is excessive
        assert not second.excessive


def test_size() -> None:
    """Many stanzas and much white space are fine; a stanza that is too large is not."""
    reader = StanzaReader()
    reader.feed(HEAD.encode())
    for _ in range(30):
        reader.feed(b"<m>" + b"x" * 99_000 + b"</m>" + b" " * 1000)
        reader.feed(b" " * 50_000)
    assert reader.failure is None
    for _ in range(MAX_BYTES // 100_000 + 1):
        reader.feed(b"<m>" + b"x" * 100_000)
    assert reader.failure == f"a stanza of more than {MAX_BYTES} bytes"


def test_what_came_before_the_fault_counts() -> None:
    """Stanzas before malformed XML are given out."""
    stanzas, reader = read((HEAD + "<a/><b/><c></d>").encode())
    assert len(stanzas) == 2
    assert reader.failure is not None
    assert reader.failure.startswith("malformed XML")


def test_the_end() -> None:
    """The end of the stream is noticed."""
    _, reader = read((HEAD + "</stream:stream>").encode())
    assert reader.closed
