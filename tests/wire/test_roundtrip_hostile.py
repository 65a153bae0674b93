"""Hostile sensor data, control and forms: whatever well-formed XML arrives is understood or refused."""

from collections.abc import Callable
from typing import Final

from hypothesis import given, settings

from custom_components.xmpp_iot.wire.control import (
    decode_get_form,
    decode_parameter_errors,
    decode_set,
    decode_set_done,
    encode_get_form,
    encode_parameter_errors,
    encode_set,
)
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import StanzaError
from custom_components.xmpp_iot.wire.form_model import Form, FormField, FormOption
from custom_components.xmpp_iot.wire.forms import (
    decode_form,
    decode_session,
    decode_submission,
    encode_form,
    encode_submission,
)
from custom_components.xmpp_iot.wire.fragments import decode_fragment
from custom_components.xmpp_iot.wire.model import (
    CancelRead,
    Category,
    ControlFormRequest,
    ControlRequest,
    ReadRequest,
    Setting,
)
from custom_components.xmpp_iot.wire.packer import Packer
from custom_components.xmpp_iot.wire.sensor_data import (
    decode_cancel,
    decode_read,
    encode_accepted,
    encode_cancel,
    encode_read,
)
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .mutation import mutated
from .readings import FAILED, HALL, MORNING
from .strategies import quick
from .test_control import VALUES
from .test_sensor_data import EVERYTHING

DECODERS: Final[tuple[Callable[[Element, Dialect], object], ...]] = (
    decode_read,
    decode_cancel,
    decode_fragment,
    decode_set,
    decode_set_done,
    decode_get_form,
    lambda payload, _: decode_parameter_errors([payload, *payload]),
    lambda payload, _: decode_form(payload),
    lambda payload, _: decode_session(payload),
    lambda payload, _: decode_submission(payload),
)
READ: Final = ReadRequest(
    id="7",
    nodes=(HALL,),
    fields=frozenset({"T"}),
    categories=frozenset(Category),
    when=MORNING,
    start=MORNING,
    end=MORNING,
)
FORM: Final = Form(
    "Desk",
    (
        FormField(
            var="mode",
            values=("a",),
            options=(FormOption("a", "A"),),
            datatype="xs:int",
            minimum="0",
            group="light",
            post_back=True,
        ),
        FormField(var="xdd session", values=("s",)),
    ),
)
SUBMISSION: Final = {"mode": ("a", "b"), "xdd session": ("s",)}


def samples(dialect: Dialect) -> list[str]:
    """Return one of everything in a dialect, rich."""
    packer = Packer("7", dialect)
    settings = tuple(Setting(kind, kind, value) for kind, (_, value) in VALUES.items())
    elements = (
        encode_read(READ, dialect),
        encode_cancel(CancelRead("7"), dialect),
        encode_accepted("7", dialect, queued=True),
        encode_set(ControlRequest(nodes=(HALL,), settings=settings), dialect),
        encode_set(ControlRequest(nodes=(HALL,), form=SUBMISSION), dialect),
        encode_get_form(ControlFormRequest((HALL,)), dialect),
        encode_form(FORM, dialect),
        encode_submission(SUBMISSION),
        *encode_parameter_errors({"mode": "No."}, dialect),
    )
    done = to_text(encode_set(ControlRequest(nodes=(HALL,)), dialect))
    name, affected = dialect.control_done, dialect.affected_parameter
    parameter = f'<{affected} {dialect.parameter_name}="mode"/>'
    return [
        *map(to_text, elements),
        done.replace("<set ", f"<{name} ").replace("</set>", f"{parameter}</{name}>"),
        *packer.add(EVERYTHING),
        *packer.add(FAILED),
        *packer.finish(),
    ]


SAMPLES: Final = [sample for dialect in FAMILIES for sample in samples(dialect)]


@settings(quick, max_examples=300)
@given(mutated(SAMPLES))
def test_what_is_damaged_is_understood_or_refused(payload: Element) -> None:
    """No damage makes a decoder fail in another way."""
    for dialect in FAMILIES:
        for decode in DECODERS:
            try:
                decode(payload, dialect)
            except StanzaError:
                continue
