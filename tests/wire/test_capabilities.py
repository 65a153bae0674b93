"""What presence says of somebody's features is asked once, and never believed unseen (XEP-0115)."""

import pytest

from custom_components.xmpp_iot.wire import capabilities as module
from custom_components.xmpp_iot.wire.capabilities import Capabilities
from custom_components.xmpp_iot.wire.disco import INFO, INFO_QUERY, Disco
from custom_components.xmpp_iot.wire.xml import Element, element, from_text, to_text

QUERY = element(INFO_QUERY)
ANNA, BEN = "anna@example.org/phone", "ben@example.org/desk"

# The examples of XEP-0115, sections 5.2 and 5.3, and the hashes they come to there.
SIMPLE = (
    f"<query xmlns='{INFO}'>"
    "<identity category='client' name='Exodus 0.9.1' type='pc'/>"
    "<feature var='http://jabber.org/protocol/caps'/>"
    "<feature var='http://jabber.org/protocol/disco#info'/>"
    "<feature var='http://jabber.org/protocol/disco#items'/>"
    "<feature var='http://jabber.org/protocol/muc'/></query>"
)
SIMPLE_HASH = "QgayPKawpkPSDYmwT/WM94uAlu0="
COMPLEX = (
    f"<query xmlns='{INFO}'>"
    "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>"
    "<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>"
    "<feature var='http://jabber.org/protocol/caps'/>"
    "<feature var='http://jabber.org/protocol/disco#info'/>"
    "<feature var='http://jabber.org/protocol/disco#items'/>"
    "<feature var='http://jabber.org/protocol/muc'/>"
    "<x xmlns='jabber:x:data' type='result'>"
    "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>"
    "<field var='ip_version'><value>ipv4</value><value>ipv6</value></field>"
    "<field var='os'><value>Mac</value></field>"
    "<field var='os_version'><value>10.5.1</value></field>"
    "<field var='software'><value>Psi</value></field>"
    "<field var='software_version'><value>0.11</value></field>"
    "</x></query>"
)
COMPLEX_HASH = "q07IKJEyjvHSyhy//CH0CxmKi8w="


def presence(value: str, name: str = "sha-1") -> Element:
    """Return a presence that shows a hash."""
    return from_text(
        "<presence xmlns='jabber:client'>"
        f"<c xmlns='http://jabber.org/protocol/caps' hash='{name}' node='urn:x' ver='{value}'/>"
        "</presence>"
    )


def told(value: str, answer: str, name: str = "sha-1") -> Element | None:
    """Return what is known of Ben after Anna, who shows the same hash, was asked."""
    found = Capabilities()
    for jid in (ANNA, BEN):
        found.note(jid, presence(value, name), True)
    found.learn(ANNA, QUERY, from_text(answer))
    return found.answer(BEN, QUERY)


@pytest.mark.parametrize(
    ("answer", "value"), [(SIMPLE, SIMPLE_HASH), (COMPLEX, COMPLEX_HASH)]
)
def test_who_shows_the_same_hash_need_not_be_asked(answer: str, value: str) -> None:
    """The answer is the same, to the letter."""
    known = told(value, answer)

    assert known is not None
    assert to_text(known) == to_text(from_text(answer))


@pytest.mark.parametrize(
    ("answer", "value", "name"),
    [
        (SIMPLE, COMPLEX_HASH, "sha-1"),  # it is not what was shown
        (SIMPLE, SIMPLE_HASH, "sha-256"),
        (SIMPLE, SIMPLE_HASH, "md5"),  # nobody need believe that
        (SIMPLE, "", "sha-1"),
        (SIMPLE, "x" * 200, "sha-1"),
    ],
)
def test_what_is_not_proved_is_not_believed(answer: str, value: str, name: str) -> None:
    """Everybody is asked then."""
    assert told(value, answer, name) is None


@pytest.mark.parametrize(
    "answer",
    [
        SIMPLE.replace("<feature", "<feature var='a'/><feature var='a'/><feature", 1),
        SIMPLE.replace("Exodus 0.9.1", "Exodus&lt;urn:y"),
        SIMPLE.replace("</query>", f"<feature var='{'x' * 30_000}'/></query>"),
        SIMPLE.replace(
            "</query>",
            "".join(f"<feature var='{n}'/>" for n in range(600)) + "</query>",
        ),
    ],
)
def test_what_could_be_made_to_look_like_another_is_not_kept(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what is too long, even with the right hash."""
    with monkeypatch.context() as patch:
        patch.setattr(module, "b64encode", lambda _: SIMPLE_HASH.encode())
        assert told(SIMPLE_HASH, SIMPLE) is not None
        assert told(SIMPLE_HASH, answer) is None


def test_our_own_houses_prove_what_they_show() -> None:
    """By the hash that they show themselves."""
    disco = Disco.of("Home", ("urn:a", "urn:b"))
    found = Capabilities()
    shown = element("{jabber:client}presence", {}, disco.capabilities)
    found.note(ANNA, shown, True)
    found.learn(ANNA, QUERY, disco.info(QUERY))

    assert found.answer(ANNA, QUERY) is not None


def test_who_has_gone_or_shows_nothing_is_asked() -> None:
    """As is everybody in a new session, until they show it again."""
    found = Capabilities()
    shown = presence(SIMPLE_HASH)
    found.note(ANNA, shown, True)
    found.learn(ANNA, QUERY, from_text(SIMPLE))
    assert found.answer(ANNA, QUERY) is not None

    found.note(ANNA, from_text("<presence xmlns='jabber:client'/>"), True)
    assert found.answer(ANNA, QUERY) is None
    found.note(ANNA, shown, True)
    found.note(ANNA, shown, False)
    assert found.answer(ANNA, QUERY) is None
    found.note(ANNA, shown, True)
    found.forget()
    assert found.answer(ANNA, QUERY) is None
    found.note(ANNA, shown, True)
    assert found.answer(ANNA, QUERY) is not None


def test_other_questions_are_asked() -> None:
    """Of a node, of anything else, and of the own account."""
    found = Capabilities()
    found.note(ANNA, presence(SIMPLE_HASH), True)
    of_a_node = element(INFO_QUERY, {"node": "x"})
    for query, jid in ((of_a_node, ANNA), (element("{urn:x}q"), ANNA), (QUERY, None)):
        found.learn(jid, query, from_text(SIMPLE))
        assert found.answer(jid, query) is None
    found.learn(ANNA, QUERY, None)
    assert found.answer(ANNA, QUERY) is None


def test_not_any_number_of_answers_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who come later are asked."""
    monkeypatch.setattr(module, "MAX_KNOWN", 0)

    assert told(SIMPLE_HASH, SIMPLE) is None
