"""Hostile requests: whatever well-formed XML arrives is a request of the model or a stanza error."""

from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import ParseError

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.xmpp_iot.wire.concentrator import (
    OPERATIONS,
    UNIMPLEMENTED,
    decode_tree,
)
from custom_components.xmpp_iot.wire.control import decode_get_form, decode_set
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import ItemNotFound, StanzaError
from custom_components.xmpp_iot.wire.failures import (
    encode_error_children,
    encode_failure,
)
from custom_components.xmpp_iot.wire.forms import decode_submission
from custom_components.xmpp_iot.wire.sensor_data import decode_cancel, decode_read
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

type Decoder = Callable[[Element, Dialect], object]

DECODERS: Final[tuple[Decoder, ...]] = (
    decode_read,
    decode_cancel,
    decode_set,
    decode_get_form,
    decode_tree,
    lambda element, _: decode_submission(element),
)
FORM: Final = (
    "<x xmlns='jabber:x:data' type='submit'>"
    "<field var='a' type='boolean'><value>1</value><value/></field></x>"
)


def samples() -> list[str]:
    """Return a rich request of every kind in every dialect."""
    found = [FORM]
    for one in FAMILIES:
        address = f"{one.node_id}='a' {one.source}='b' {one.partition}='c'"
        node = f"<{one.node} {address}/>"
        categories = " ".join(f"{name}='true'" for name in one.requested)
        parameters = "".join(
            f"<{name} {one.parameter_name}='p' {one.parameter_value}='1' t='e'/>"
            for name in one.parameters
        )
        found += [
            (
                f"<req xmlns='{one.sensor_data}' {one.request_id}='7' {categories} all='false'"
                " from='2026-11-21T06:00:00Z' to='2026-11-21T06:00:00' when='2026-11-21T06:00:00+01:00'>"
                f"{node}<{one.field_filter} {one.field_name}='f'/></req>"
            ),
            f"<cancel xmlns='{one.sensor_data}' {one.request_id}='7'/>",
            f"<set xmlns='{one.control}'>{node}{parameters}</set>",
            f"<set xmlns='{one.control}'>{node}{FORM}</set>",
            f"<getForm xmlns='{one.control}'>{node}</getForm>",
        ]
        found += [
            f"<{name} xmlns='{one.concentrator}' {address} command='d' parameters='1' messages='0'>"
            f"{node}<onlyIfDerivedFrom>e</onlyIfDerivedFrom>{FORM}</{name}>"
            for name in (*OPERATIONS, *sorted(UNIMPLEMENTED)[:2])
        ]
    return found


SAMPLES: Final = samples()
VALUES: Final = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "true",
            "yes",
            "-1",
            "9" * 400,
            "NaN",
            "2026-13-01T00:00:00Z",
            "P1Y",
            "x" * 2000,
        ]
    ),
)


@st.composite
def mutated(draw: st.DrawFn) -> Element:
    """Draw a request in which a few elements were changed, moved, doubled or lost."""
    root = from_text(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 4))):
        elements = list(root.iter())
        victim = draw(st.sampled_from(elements))
        match draw(st.integers(0, 6)):
            case 0 if victim.attrib:
                victim.attrib[draw(st.sampled_from(sorted(victim.attrib)))] = draw(
                    VALUES
                )
            case 1 if victim.attrib:
                del victim.attrib[draw(st.sampled_from(sorted(victim.attrib)))]
            case 2 if len(victim):
                victim.remove(draw(st.sampled_from(list(victim))))
            case 3:
                victim.text = draw(VALUES)
            case 4:
                victim.tag = draw(st.sampled_from(elements)).tag
            case 5:
                victim.append(from_text(draw(st.sampled_from(SAMPLES))))
            case _:
                victim.extend([*victim])
    return root


def decode_every_way(request: Element) -> None:
    """Feed a request to all decoders, and to what explains failures."""
    for dialect in FAMILIES:
        for decode in DECODERS:
            try:
                decode(request, dialect)
            except StanzaError as error:
                failure = encode_failure(request, error, dialect)
                if failure is not None:
                    from_text(to_text(failure))
                assert encode_error_children(request, ItemNotFound(), dialect) == ()


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_changed_requests_are_understood_or_refused(request: Element) -> None:
    """No change of a request makes a decoder fail in another way."""
    decode_every_way(request)


@settings(max_examples=200)
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_texts_are_understood_or_refused(
    sample: str, data: st.DataObject
) -> None:
    """Text with a piece cut out, if still XML, is no worse."""
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 12)))
    try:
        request = from_text(
            sample[:start] + data.draw(st.text(max_size=3)) + sample[end:]
        )
    except ParseError, ValueError:
        return
    decode_every_way(request)
