"""Control both ways: what is to be set, and what was wrong with it, arrives as it was."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.control import (
    decode_get_form,
    decode_parameter_errors,
    decode_set,
    encode_get_form,
    encode_parameter_errors,
    encode_set,
)
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.model import (
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Setting,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .strategies import TEXTS, WORDS, form_requests, quick, some_nodes, typed_requests

XSF = FAMILIES[-1]

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def arrived(setting: Setting, dialect: Dialect) -> Setting:
    """Return the setting as it arrives: XSF has no enumerations, they are text."""
    if dialect is XSF and setting.type is ValueType.ENUM:
        return replace(setting, type=ValueType.STRING)
    return setting


@each_dialect
@quick
@given(typed_requests)
def test_typed_sets_go_both_ways(dialect: Dialect, request: ControlRequest) -> None:
    """Parameters of every type arrive in their order."""
    text = to_text(encode_set(request, dialect))
    assert decode_set(from_text(text), dialect) == replace(
        request, settings=tuple(arrived(one, dialect) for one in request.settings)
    )


@each_dialect
@quick
@given(form_requests)
def test_sets_by_form_go_both_ways(dialect: Dialect, request: ControlRequest) -> None:
    """A filled-in form arrives as it was."""
    text = to_text(encode_set(request, dialect))
    assert decode_set(from_text(text), dialect) == request


@each_dialect
@quick
@given(some_nodes)
def test_requests_for_a_form_go_both_ways(
    dialect: Dialect, nodes: tuple[NodeRef, ...]
) -> None:
    """The nodes arrive in their order."""
    request = ControlFormRequest(nodes)
    text = to_text(encode_get_form(request, dialect))
    assert decode_get_form(from_text(text), dialect) == request


@each_dialect
@quick
@given(st.dictionaries(WORDS, TEXTS, max_size=4))
def test_parameter_errors_go_both_ways(
    dialect: Dialect, errors: dict[str, str]
) -> None:
    """What was wrong arrives by parameter."""
    texts = map(to_text, encode_parameter_errors(errors, dialect))
    assert decode_parameter_errors(map(from_text, texts)) == errors
