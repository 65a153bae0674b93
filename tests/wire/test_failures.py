"""Failures of concentrator operations, in band as XSF wants them, and beside that."""

from collections.abc import Iterator

import pytest

from custom_components.xmpp_iot.wire.concentrator import (
    OPERATIONS,
    REQUESTS,
    UNIMPLEMENTED,
    Part,
)
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    NotAcceptable,
    StanzaError,
)
from custom_components.xmpp_iot.wire.failures import (
    encode_error_children,
    encode_failure,
)
from custom_components.xmpp_iot.wire.model import Operation
from custom_components.xmpp_iot.wire.node_events import EVENT_REQUESTS
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .schemas import assert_valid
from .test_concentrator import NFI, XSF, request

ERRORS = (
    BadRequest("What?"),
    Conflict("Busy."),
    FeatureNotImplemented(),
    Forbidden("You may not."),
    InternalServerError("It broke."),
    ItemNotFound(),
    NotAcceptable("No.", parameters={"brightness": "Allowed is 0 to 255."}),
)


def failed_requests(dialect: Dialect) -> Iterator[Element]:
    """Yield a request of every operation that is known, and one that is not."""
    for operation, parts in OPERATIONS.items():
        yield request(operation, dialect, parts)
    others = UNIMPLEMENTED - {"registerSniffer", "unregisterSniffer"}
    for name in sorted(others | EVENT_REQUESTS):
        yield request(name, dialect, Part.NODE)


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: one.condition)
def test_failures_in_band_are_valid(error: StanzaError) -> None:
    """XSF's failed answers have all the schema demands of any answer."""
    for asked in failed_requests(XSF):
        failure = encode_failure(asked, error, XSF)
        assert failure is not None
        assert_valid(failure)
        assert encode_error_children(asked, error, XSF) == ()


@pytest.mark.parametrize(
    ("error", "result"),
    zip(
        ERRORS,
        (
            "OtherError",
            "Locked",
            "NotImplemented",
            "InsufficientPrivileges",
            "OtherError",
            "NotFound",
            "FormError",
        ),
        strict=True,
    ),
)
def test_conditions_have_their_result(error: StanzaError, result: str) -> None:
    """XEP-0326's seven results say what stanza errors say."""
    asked = request("executeNodeCommand", XSF, Part.NODE)
    failure = encode_failure(asked, error, XSF)
    assert failure is not None
    assert failure.get("result") == result


def test_a_rejected_command_says_which_parameter() -> None:
    """XSF tells it in the answer, NF in a form within the error."""
    error = ERRORS[-1]
    parts = OPERATIONS[Operation.EXECUTE_NODE_COMMAND]
    failure = encode_failure(request("executeNodeCommand", XSF, parts), error, XSF)
    assert failure is not None
    assert to_text(failure) == (
        '<executeNodeCommandResponse xmlns="urn:xmpp:iot:concentrators" result="FormError">'
        '<error var="brightness">Allowed is 0 to 255.</error></executeNodeCommandResponse>'
    )
    asked = request("executeNodeCommand", NFI, parts)
    assert encode_failure(asked, error, NFI) is None
    (form,) = encode_error_children(asked, error, NFI)
    assert to_text(form) == (
        '<x xmlns="jabber:x:data" type="form"><field var="brightness" type="text-single">'
        '<value>300</value><error xmlns="urn:xmpp:xdata:dynamic">Allowed is 0 to 255.</error>'
        "</field></x>"
    )
    assert_valid(form)
    assert encode_error_children(asked, ItemNotFound(), NFI) == ()


def test_a_failed_node_keeps_its_id() -> None:
    """The answer that there is no node still names it, as the schema demands."""
    failure = encode_failure(request("getNode", XSF, Part.NODE), ItemNotFound(), XSF)
    assert failure is not None
    assert to_text(failure) == (
        '<getNodeResponse xmlns="urn:xmpp:iot:concentrators" result="NotFound"'
        ' nodeId="sensor.hall" state="None" hasChildren="false"/>'
    )


def test_all_requests_of_the_specifications_are_known() -> None:
    """46 names: 37 of both dialects, 7 of XSF only, 2 of NF only."""
    assert len(REQUESTS | EVENT_REQUESTS) == 46
    assert not REQUESTS & EVENT_REQUESTS
    assert not UNIMPLEMENTED & set(Operation)
