"""How a failed request looks beyond its stanza error: the errors' details, and XSF's in-band results.

XEP-0326 tells failures in the answer element. Its examples leave the stanza error out, which RFC 6120
forbids, so here the one stands beside the other.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .call import Call, dressed
from .concentrator import decode_submitted
from .content import Content
from .dialects import Dialect
from .errors import RemoteError, StanzaError
from .form_model import NO_SUBMISSION
from .forms import encode_no_form, encode_rejection
from .model import NodeState
from .xml import Element, bounded, clark, element, split_tag

# XEP-0326 knows seven results; a condition that is not here is OtherError.
_RESULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "conflict": "Locked",
        "feature-not-implemented": "NotImplemented",
        "forbidden": "InsufficientPrivileges",
        "item-not-found": "NotFound",
        "not-acceptable": "FormError",
    }
)

# What a peer means by them (the mapping of InsufficientPrivileges is ours: XEP-0326 defines none).
_CONDITIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "FormError": ("not-acceptable", "modify"),
        "InsufficientPrivileges": ("forbidden", "auth"),
        "Locked": ("conflict", "wait"),
        "NotFound": ("item-not-found", "cancel"),
        "NotImplemented": ("feature-not-implemented", "cancel"),
        "OtherError": ("internal-server-error", "wait"),
    }
)
_UNKNOWN: Final = ("undefined-condition", "cancel")
_DONE: Final = "OK"
MAX_ERRORS: Final = 100  # parameters whose errors are read

# Operations whose answer must have a form, an error, or may have errors, by XEP-0326's schema.
_FORMS: Final = frozenset(
    {
        "getCommandParameters",
        "getCommonCommandParameters",
        "getCommonNodeParametersForEdit",
        "getDatabaseReadoutParameters",
        "getNodeParametersForEdit",
        "getParametersForNewNode",
    }
)
_EDITS: Final = frozenset(
    {"createNewNode", "setCommonNodeParametersAfterEdit", "setNodeParametersAfterEdit"}
)
_EXECUTIONS: Final = frozenset(
    {
        "executeCommonNodeCommand",
        "executeCommonNodeQuery",
        "executeNodeCommand",
        "executeNodeQuery",
        "startDatabaseReadout",
    }
)


def in_kind(call: Call, error: StanzaError) -> StanzaError:
    """Return the error of a concentrator request as its dialect wants it told."""
    children = encode_error_children(call.payload, error, call.dialect)
    return dressed(error, children, encode_failure(call.payload, error, call.dialect))


def decode_failure(answer: Element, dialect: Dialect) -> RemoteError | None:
    """Return what failed by an answer's own words (XEP-0326), or None where it says nothing like it.

    Peers tell it in an IQ of type error as well as in a result. `parameters` of the error say which
    parameters were wrong, and why.
    """
    if (result := answer.get("result", _DONE)) == _DONE:
        return None
    errors = answer.findall(clark(dialect.concentrator, "error"))[:MAX_ERRORS]
    reasons = {bounded(one.get("var", "")): one.text or "" for one in errors}
    condition, kind = _CONDITIONS.get(result, _UNKNOWN)
    failure = RemoteError(condition, kind, reasons.pop("", ""))
    failure.parameters = MappingProxyType(reasons)
    return failure


def encode_error_children(
    request: Element, error: StanzaError, dialect: Dialect
) -> tuple[Element, ...]:
    """Return what stands inside of the stanza error: the form, with what is wrong per field."""
    if not error.parameters or dialect.in_band_results:
        return ()
    submission = decode_submitted(request) or NO_SUBMISSION
    return (encode_rejection(submission, error.parameters, dialect),)


def encode_failure(
    request: Element, error: StanzaError, dialect: Dialect
) -> Element | None:
    """Return the failed result to stand beside the stanza error, where the dialect has those.

    What the schema demands of the operation's answer is there, with values that say nothing.
    """
    if not dialect.in_band_results:
        return None
    name = split_tag(request.tag)[1]
    return _content(name, request, error, dialect).within(
        clark(dialect.concentrator, f"{name}Response"), {"result": _result(error)}
    )


def _result(error: StanzaError) -> str:
    if error.parameters:
        return "FormError"
    return _RESULTS.get(error.condition, "OtherError")


def _content(
    name: str, request: Element, error: StanzaError, dialect: Dialect
) -> Content:
    if name in _FORMS:
        return Content(children=(encode_no_form(),))
    if name in _EDITS:
        return _errors(error.parameters or {"": error.text}, dialect)
    if name in _EXECUTIONS:
        return _errors(error.parameters, dialect)
    match name:
        case "containsNode":
            return Content(text="false")
        case "getNode":
            return _no_node(request, dialect)
        case "getNodeInheritance":
            none = element(clark(dialect.concentrator, "baseClasses"))
            return Content(children=(none,))
    return Content()


def _errors(errors: Mapping[str, str], dialect: Dialect) -> Content:
    tag = clark(dialect.concentrator, "error")
    return Content(
        children=tuple(
            element(tag, {"var": name}, text=reason) for name, reason in errors.items()
        )
    )


def _no_node(request: Element, dialect: Dialect) -> Content:
    return Content(
        {
            dialect.node_id: request.get(dialect.node_id, ""),
            "state": NodeState.NONE,
            "hasChildren": "false",
        }
    )
