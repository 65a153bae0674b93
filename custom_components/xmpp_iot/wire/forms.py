"""Data forms (XEP-0004) with validation (XEP-0122) and what XEP-0336 and 0325 add to their fields.

Forms go out; submissions come in. A submission is bounded in every direction and says nothing of types:
what a field's text means is for whoever made the form.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .dialects import Dialect
from .errors import BadRequest, ResourceConstraint
from .model import Form, FormField, FormFieldType, FormOption, Submission
from .xml import Element, bounded, clark, element

FORM: Final = "jabber:x:data"
VALIDATE: Final = "http://jabber.org/protocol/xdata-validate"
DYNAMIC: Final = "urn:xmpp:xdata:dynamic"
COLOR: Final = "urn:xmpp:xdata:color"
X: Final = clark(FORM, "x")

MAX_FORM_FIELDS: Final = 100
MAX_VALUES: Final = 1000  # of one field
MAX_VALUE: Final = 65_536  # characters

_FIELD: Final = clark(FORM, "field")
_VALUE: Final = clark(FORM, "value")
# What a client sends back to say which form it filled in, not what was filled in.
_BOOKKEEPING: Final = frozenset({"FORM_TYPE", "xdd session"})


def encode_form(form: Form, dialect: Dialect) -> Element:
    """Return the form to be filled in; parameter groups are in the dialect's control namespace."""
    return element(
        X,
        {"type": "form"},
        element(clark(FORM, "title"), text=form.title),
        *(
            [element(clark(FORM, "instructions"), text=form.instructions)]
            if form.instructions
            else []
        ),
        *(_encode_field(field, dialect) for field in form.fields),
    )


def encode_rejection(
    submission: Submission, errors: Mapping[str, str], dialect: Dialect
) -> Element:
    """Return the form a rejected submission goes back as, with what is wrong per field (XEP-0336)."""
    return element(
        X,
        {"type": "form"},
        *(
            _encode_field(
                FormField(var=var, values=submission.get(var, ()), error=errors[var]),
                dialect,
            )
            for var in errors
        ),
    )


def encode_no_form() -> Element:
    """Return what stands in a form's place where the schema demands one and there is none."""
    return element(X, {"type": "cancel"})


def decode_submission(form: Element) -> Submission:
    """Return a submitted form's values by field; BadRequest for any other kind of form."""
    if form.get("type") != "submit":
        raise BadRequest("The form must be of type submit.")
    fields = form.findall(_FIELD)
    if len(fields) > MAX_FORM_FIELDS:
        raise ResourceConstraint(f"A form has at most {MAX_FORM_FIELDS} fields.")
    submission: dict[str, tuple[str, ...]] = {}
    for field in fields:
        if (var := bounded(field.get("var", ""))) in submission:
            raise BadRequest(f"The form has two fields {var}.")
        submission[var] = _values(field)
    return MappingProxyType(
        {
            var: values
            for var, values in submission.items()
            if var and var not in _BOOKKEEPING
        }
    )


def _values(field: Element) -> tuple[str, ...]:
    values = tuple(value.text or "" for value in field.findall(_VALUE))
    if len(values) > MAX_VALUES:
        raise ResourceConstraint(f"A field has at most {MAX_VALUES} values.")
    if any(len(value) > MAX_VALUE for value in values):
        raise ResourceConstraint(f"A value has at most {MAX_VALUE} characters.")
    return values


def _encode_field(field: FormField, dialect: Dialect) -> Element:
    return element(
        _FIELD,
        {
            "var": field.var or None,
            "type": field.type,
            "label": field.label or None,
        },
        *_description(field),
        *(element(_VALUE, text=value) for value in field.values),
        *(_encode_option(option) for option in field.options),
        *_annotations(field, dialect),
    )


def _description(field: FormField) -> list[Element]:
    made = []
    if field.description:
        made.append(element(clark(FORM, "desc"), text=field.description))
    if field.required and field.type is not FormFieldType.FIXED:
        made.append(element(clark(FORM, "required")))
    return made


def _encode_option(option: FormOption) -> Element:
    return element(
        clark(FORM, "option"),
        {"label": option.label or None},
        element(_VALUE, text=option.value),
    )


def _annotations(field: FormField, dialect: Dialect) -> list[Element]:
    """Return what other specifications say about the field."""
    made = []
    if field.datatype:
        made.append(_validation(field))
    if field.not_same:
        made.append(element(clark(DYNAMIC, "notSame")))
    if field.error:
        made.append(element(clark(DYNAMIC, "error"), text=field.error))
    if field.group:
        group = clark(dialect.control, dialect.parameter_group)
        made.append(element(group, {"name": field.group}))
    return made


def _validation(field: FormField) -> Element:
    """Return XEP-0122 validation; without a range it is 'any value of the datatype'."""
    limits = {"min": field.minimum, "max": field.maximum}
    ranges = (
        [element(clark(VALIDATE, "range"), limits)]
        if any(limit is not None for limit in limits.values())
        else []
    )
    return element(clark(VALIDATE, "validate"), {"datatype": field.datatype}, *ranges)
