"""Control (XEP-0325 and its Neuro-Foundation sibling): parameters to set, and the form that lists them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Final

from .dialects import FAMILIES, Dialect
from .errors import BadRequest, ItemNotFound, RemoteError, ResourceConstraint
from .forms import X, decode_submission, encode_submission
from .model import ControlFormRequest, ControlRequest, NodeRef, Setting, ValueType
from .sensor_data import decode_nodes, distinct, encode_nodes
from .xml import (
    MAX_NAME,
    Element,
    clark,
    element,
    format_value,
    parse_value,
    required,
    split_tag,
)

MAX_PARAMETERS: Final = 100
MAX_TEXT: Final = 65_536  # characters of one parameter's value
MAX_ERROR: Final = 1000  # characters kept of what was wrong with a parameter


@dataclass(frozen=True, slots=True)
class Affected:
    """What a peer says it has set, where that is less than was asked; both empty: all of it."""

    nodes: tuple[NodeRef, ...] = ()
    parameters: tuple[str, ...] = ()


def decode_set(request: Element, dialect: Dialect) -> ControlRequest:
    """Return what a `set` wants done: typed parameters in their order, or one submitted form."""
    nodes = _nodes(request, dialect)
    settings = tuple(islice(_settings(request, dialect), MAX_PARAMETERS + 1))
    forms = request.findall(X)
    if len(forms) + bool(settings) != 1:
        raise BadRequest("A set has parameters or one form.")
    if len(settings) > MAX_PARAMETERS:
        raise ResourceConstraint(f"A set has at most {MAX_PARAMETERS} parameters.")
    form = decode_submission(forms[0]) if forms else None
    return ControlRequest(nodes=nodes, settings=settings, form=form)


def encode_set(request: ControlRequest, dialect: Dialect) -> Element:
    """Return the `set` that asks for it; without an element for enumerations they are text."""
    form = [] if request.form is None else [encode_submission(request.form)]
    return element(
        clark(dialect.control, "set"),
        {},
        *encode_nodes(request.nodes, dialect.control, dialect),
        *(_encode_setting(setting, dialect) for setting in request.settings),
        *form,
    )


def decode_get_form(request: Element, dialect: Dialect) -> ControlFormRequest:
    """Return which nodes' common parameters a `getForm` asks for."""
    return ControlFormRequest(_nodes(request, dialect))


def encode_get_form(request: ControlFormRequest, dialect: Dialect) -> Element:
    """Return the `getForm` that asks for it; a draft is sent as XEP-0336 says, not here."""
    return element(
        clark(dialect.control, "getForm"),
        {},
        *encode_nodes(request.nodes, dialect.control, dialect),
    )


def encode_set_done(dialect: Dialect) -> Element:
    """Return the answer that everything was done as requested: empty in every dialect."""
    return element(clark(dialect.control, dialect.control_done))


def decode_set_done(answer: Element, dialect: Dialect) -> Affected:
    """Return what a peer has set; RemoteError for a refusal in the words of peers of 2013."""
    if answer.tag != clark(dialect.control, dialect.control_done):
        raise BadRequest("This is no answer to a set.")
    if (result := answer.get("responseCode", "OK")) != "OK":
        raise RemoteError("undefined-condition", "cancel", result[:MAX_ERROR])
    tag = clark(dialect.control, dialect.affected_parameter)
    parameters = islice(answer.iterfind(tag), MAX_PARAMETERS)
    return Affected(
        decode_nodes(answer, dialect.control, dialect),
        tuple(required(one, dialect.parameter_name) for one in parameters),
    )


def encode_parameter_errors(
    errors: Mapping[str, str], dialect: Dialect
) -> tuple[Element, ...]:
    """Return what is wrong per parameter, to stand inside of a stanza error."""
    return tuple(
        element(
            clark(dialect.control, "paramError"),
            dict.fromkeys(dialect.error_names, name),
            text=reason,
        )
        for name, reason in errors.items()
    )


def decode_parameter_errors(children: Iterable[Element]) -> Mapping[str, str]:
    """Return what was wrong per parameter, from what stands inside of a peer's stanza error."""
    errors: dict[str, str] = {}
    for child in children:
        if (names := _ERROR_NAMES.get(child.tag)) is None:
            continue
        name = next(filter(None, map(child.get, names)), "")
        if name and len(errors) < MAX_PARAMETERS:
            errors.setdefault(name[:MAX_NAME], (child.text or "")[:MAX_ERROR])
    return MappingProxyType(errors)


# By the tag of an error; in which attribute the name is, peers do not agree.
_ERROR_NAMES: Final = MappingProxyType(
    {clark(one.control, "paramError"): ("n", "var") for one in FAMILIES}
)


def _nodes(request: Element, dialect: Dialect) -> tuple[NodeRef, ...]:
    if nodes := decode_nodes(request, dialect.control, dialect):
        return distinct(nodes)
    raise ItemNotFound("Name a node: there is nothing to control without.")


def _settings(request: Element, dialect: Dialect) -> Iterator[Setting]:
    """Yield the typed parameters; an unknown one is refused, never skipped: it was meant to act."""
    for child in request:
        namespace, name = split_tag(child.tag)
        if namespace != dialect.control or name == dialect.node:
            continue
        if (kind := dialect.parameters.get(name)) is None:
            raise BadRequest(f"There is no parameter type {name[:100]}.")
        parameter = required(child, dialect.parameter_name)
        if (text := child.get(dialect.parameter_value)) is None:
            raise BadRequest(parameters={parameter: "The value is missing."})
        if len(text) > MAX_TEXT:
            raise ResourceConstraint(parameters={parameter: "The value is too long."})
        try:
            yield Setting(parameter, kind, parse_value(kind, text))
        except BadRequest as error:
            raise BadRequest(error.text, parameters={parameter: error.text}) from error


def _encode_setting(setting: Setting, dialect: Dialect) -> Element:
    kind = setting.type if setting.type in _elements(dialect) else ValueType.STRING
    return element(
        clark(dialect.control, _elements(dialect)[kind]),
        {
            dialect.parameter_name: setting.name,
            dialect.parameter_value: format_value(setting.type, setting.value),
            # The name of the enumeration must be there; nobody needs it to set a value.
            dialect.data_type: "" if kind is ValueType.ENUM else None,
        },
    )


@cache
def _elements(dialect: Dialect) -> Mapping[ValueType, str]:
    """Return the elements of parameters by their types."""
    return {kind: name for name, kind in dialect.parameters.items()}
