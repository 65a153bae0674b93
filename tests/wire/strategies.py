"""Anything the model can say, for property tests (hypothesis)."""

from datetime import UTC
from typing import Final

from hypothesis import settings, strategies as st

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.form_model import (
    Form,
    FormField,
    FormFieldType,
    FormOption,
    Submission,
)
from custom_components.xmpp_iot.wire.model import (
    Category,
    ControlRequest,
    Field,
    NodeRef,
    Quality,
    Reading,
    ReadRequest,
    Setting,
    Value,
    ValueType,
)

quick: Final = settings(max_examples=60, derandomize=True, database=None, deadline=None)
"""Few examples, and the same every time: a failure is found again."""

# What XML can say; the rest leaves as U+FFFD, which is tested with the renderer.
TEXTS: Final = st.text(
    st.one_of(
        st.characters(
            exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"
        ),
        st.sampled_from("\t\n\r<>&\"' "),
    ),
    max_size=12,
)
WORDS: Final = TEXTS.filter(bool)
MOMENTS: Final = st.datetimes(timezones=st.just(UTC))

VALUES: Final[dict[ValueType, st.SearchStrategy[Value]]] = {
    ValueType.BOOLEAN: st.booleans(),
    ValueType.COLOR: st.from_regex(r"(?:[0-9A-F]{2}){3,4}", fullmatch=True),
    ValueType.DATE: st.dates(),
    ValueType.DATE_TIME: MOMENTS,
    ValueType.DOUBLE: st.floats(allow_nan=False),
    ValueType.DURATION: st.timedeltas(),
    ValueType.ENUM: TEXTS,
    ValueType.INT: st.integers(-(2**31), 2**31 - 1),
    ValueType.LONG: st.integers(-(2**63), 2**63 - 1),
    ValueType.STRING: TEXTS,
    ValueType.TIME: st.times(timezones=st.sampled_from([None, UTC])),
}
NUMBERS: Final = (ValueType.DOUBLE, ValueType.INT, ValueType.LONG)

nodes: Final = st.builds(NodeRef, TEXTS, TEXTS, TEXTS)
some_nodes: Final = st.lists(nodes, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """Draw a field of any type, category and quality."""
    kind = draw(st.sampled_from(ValueType))
    return Field(
        name=draw(TEXTS),
        type=kind,
        value=draw(VALUES[kind]),
        unit=draw(TEXTS) if kind in NUMBERS else "",
        data_type=draw(TEXTS) if kind is ValueType.ENUM else "",
        category=draw(st.sampled_from(Category)),
        qualities=draw(st.frozensets(st.sampled_from(Quality))),
        writable=draw(st.booleans()),
    )


readings: Final = st.builds(
    Reading,
    node=nodes,
    at=MOMENTS,
    fields=st.lists(fields(), max_size=3).map(tuple),
    error=TEXTS,
)


def request_ids(dialect: Dialect) -> st.SearchStrategy[str]:
    """Return what can be a readout's id in a dialect."""
    return VALUES[dialect.request_id_type].map(str)


@st.composite
def read_requests(draw: st.DrawFn, dialect: Dialect) -> ReadRequest:
    """Draw a request for a readout."""
    start, end = sorted((draw(MOMENTS), draw(MOMENTS)))
    return ReadRequest(
        id=draw(request_ids(dialect)),
        nodes=draw(some_nodes),
        fields=draw(st.frozensets(TEXTS, max_size=3)),
        categories=draw(st.frozensets(st.sampled_from(Category))),
        when=draw(st.none() | MOMENTS),
        start=draw(st.sampled_from([None, start])),
        end=draw(st.sampled_from([None, end])),
    )


@st.composite
def one_setting(draw: st.DrawFn) -> Setting:
    """Draw a parameter of any type with its value."""
    kind = draw(st.sampled_from(ValueType))
    return Setting(draw(TEXTS), kind, draw(VALUES[kind]))


submissions: Final[st.SearchStrategy[Submission]] = st.dictionaries(
    WORDS, st.lists(TEXTS, max_size=3).map(tuple), max_size=4
)

typed_requests: Final = st.builds(
    ControlRequest,
    nodes=some_nodes,
    settings=st.lists(one_setting(), min_size=1, max_size=4).map(tuple),
)
form_requests: Final = st.builds(ControlRequest, nodes=some_nodes, form=submissions)

form_fields: Final = st.builds(
    FormField,
    var=TEXTS,
    type=st.sampled_from(FormFieldType),
    label=TEXTS,
    description=TEXTS,
    required=st.booleans(),
    values=st.lists(TEXTS, max_size=3).map(tuple),
    options=st.lists(st.builds(FormOption, TEXTS, TEXTS), max_size=3).map(tuple),
    datatype=st.sampled_from(["", "xs:string", "xs:int", "xdc:Color"]),
    minimum=st.none() | TEXTS,
    maximum=st.none() | TEXTS,
    pattern=TEXTS,
    post_back=st.booleans(),
    read_only=st.booleans(),
    not_same=st.booleans(),
    group=TEXTS,
    error=TEXTS,
)
forms: Final = st.builds(
    Form, TEXTS, st.lists(form_fields, max_size=3).map(tuple), TEXTS
)
