"""Control (XEP-0325 and its Neuro-Foundation sibling): parameters to set, and the form that lists them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from .dialects import Dialect
from .errors import BadRequest, ItemNotFound, ResourceConstraint
from .forms import X, decode_submission
from .model import ControlFormRequest, ControlRequest, NodeRef, Setting
from .sensor_data import decode_nodes, distinct
from .xml import Element, clark, element, parse_value, required, split_tag

MAX_PARAMETERS: Final = 100
MAX_TEXT: Final = 65_536  # characters of one parameter's value


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


def decode_get_form(request: Element, dialect: Dialect) -> ControlFormRequest:
    """Return which nodes' common parameters a `getForm` asks for."""
    return ControlFormRequest(_nodes(request, dialect))


def encode_set_done(dialect: Dialect) -> Element:
    """Return the answer that everything was done as requested: empty in every dialect."""
    return element(clark(dialect.control, dialect.control_done))


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
