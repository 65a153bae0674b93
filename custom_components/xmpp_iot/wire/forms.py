"""Data forms (XEP-0004) with validation (XEP-0122) and what XEP-0336 and 0325 add to their fields.

Both go both ways: forms to be filled in, and submissions. What arrives is bounded in every direction. A
submission says nothing of types: what a field's text means is for whoever made the form.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .dialects import FAMILIES, Dialect
from .errors import BadRequest, ResourceConstraint
from .form_model import Form, FormField, FormFieldType, FormOption, Submission
from .xml import Element, bounded, clark, element, optional

FORM: Final = "jabber:x:data"
VALIDATE: Final = "http://jabber.org/protocol/xdata-validate"
DYNAMIC: Final = "urn:xmpp:xdata:dynamic"
COLOR: Final = "urn:xmpp:xdata:color"
X: Final = clark(FORM, "x")
SESSION: Final = "xdd session"  # XEP-0336: the hidden field that names a session

MAX_FORM_FIELDS: Final = 100
MAX_VALUES: Final = 1000  # of one field
MAX_VALUE: Final = 65_536  # characters

_FIELD: Final = clark(FORM, "field")
_VALUE: Final = clark(FORM, "value")
_OPTION: Final = clark(FORM, "option")
_VALIDATION: Final = clark(VALIDATE, "validate")
_RANGE: Final = clark(VALIDATE, "range")
_PATTERN: Final = clark(VALIDATE, "regex")
_GROUPS: Final = tuple(clark(one.control, one.parameter_group) for one in FAMILIES)
# What a client sends back to say which form it filled in, not what was filled in.
_BOOKKEEPING: Final = frozenset({"FORM_TYPE", SESSION})


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


def decode_form(form: Element) -> Form:
    """Return a form to be filled in, as any dialect has it; BadRequest for any other kind of form.

    Validation that is not known here is left out, and a field of an unknown type is a line of text
    (XEP-0004 section 3.3).
    """
    if form.get("type") != "form":
        raise BadRequest("The form must be of type form.")
    instructions = (
        one.text or "" for one in form.iterfind(clark(FORM, "instructions"))
    )
    return Form(
        title=form.findtext(clark(FORM, "title"), ""),
        fields=tuple(_decode_field(field) for field in _fields(form)),
        instructions="\n".join(instructions),
    )


def encode_no_form() -> Element:
    """Return what stands in a form's place where the schema demands one and there is none."""
    return element(X, {"type": "cancel"})


def encode_submission(submission: Submission) -> Element:
    """Return a form as filled in (XEP-0004 section 3.2), to be sent with a request."""
    return element(
        X,
        {"type": "submit"},
        *(
            element(
                _FIELD,
                {"var": var},
                *(element(_VALUE, text=value) for value in values),
            )
            for var, values in submission.items()
        ),
    )


def decode_submission(form: Element) -> Submission:
    """Return a submitted form's values by field; BadRequest for any other kind of form."""
    if form.get("type") != "submit":
        raise BadRequest("The form must be of type submit.")
    submission: dict[str, tuple[str, ...]] = {}
    for field in _fields(form):
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


def decode_session(form: Element) -> str:
    """Return the name of the session a form belongs to (XEP-0336); '' without."""
    for field in _fields(form):
        if field.get("var") == SESSION:
            return field.findtext(_VALUE, "")
    return ""


def _fields(form: Element) -> list[Element]:
    fields = form.findall(_FIELD)
    if len(fields) > MAX_FORM_FIELDS:
        raise ResourceConstraint(f"A form has at most {MAX_FORM_FIELDS} fields.")
    return fields


def _values(field: Element) -> tuple[str, ...]:
    values = tuple(value.text or "" for value in field.findall(_VALUE))
    if len(values) > MAX_VALUES:
        raise ResourceConstraint(f"A field has at most {MAX_VALUES} values.")
    if any(len(value) > MAX_VALUE for value in values):
        raise ResourceConstraint(f"A value has at most {MAX_VALUE} characters.")
    return values


# XEP-0004 knows two types that only say what kind of text it is.
_TYPES: Final[Mapping[str, FormFieldType]] = MappingProxyType(
    {
        **{kind.value: kind for kind in FormFieldType},
        "jid-multi": FormFieldType.TEXT_MULTI,
    }
)


def _decode_field(field: Element) -> FormField:
    validation = field.find(_VALIDATION)
    limits = None if validation is None else validation.find(_RANGE)
    return FormField(
        var=bounded(field.get("var", "")),
        type=_TYPES.get(field.get("type", ""), FormFieldType.TEXT_SINGLE),
        label=field.get("label", ""),
        description=field.findtext(clark(FORM, "desc"), ""),
        required=field.find(clark(FORM, "required")) is not None,
        values=_values(field),
        options=_options(field),
        datatype=""
        if validation is None
        else bounded(validation.get("datatype", "xs:string")),
        minimum=None if limits is None else limits.get("min"),
        maximum=None if limits is None else limits.get("max"),
        pattern="" if validation is None else validation.findtext(_PATTERN, ""),
        post_back=_is_flagged(field, "postBack"),
        read_only=_is_flagged(field, "readOnly"),
        not_same=_is_flagged(field, "notSame"),
        group=_group(field),
        error=field.findtext(clark(DYNAMIC, "error"), ""),
    )


def _options(field: Element) -> tuple[FormOption, ...]:
    options = field.findall(_OPTION)
    if len(options) > MAX_VALUES:
        raise ResourceConstraint(f"A field has at most {MAX_VALUES} options.")
    return tuple(
        FormOption(option.findtext(_VALUE, ""), option.get("label", ""))
        for option in options
    )


def _is_flagged(field: Element, name: str) -> bool:
    return field.find(clark(DYNAMIC, name)) is not None


def _group(field: Element) -> str:
    """Return the parameter group, which the texts of Neuro-Foundation name in two ways."""
    for tag in _GROUPS:
        if (group := field.find(tag)) is not None:
            return optional(group, "name") or optional(group, "n")
    return ""


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
        _OPTION,
        {"label": option.label or None},
        element(_VALUE, text=option.value),
    )


def _annotations(field: FormField, dialect: Dialect) -> list[Element]:
    """Return what other specifications say about the field."""
    made = []
    if field.datatype:
        made.append(_validation(field))
    flags = {
        "postBack": field.post_back,
        "readOnly": field.read_only,
        "notSame": field.not_same,
    }
    made += [element(clark(DYNAMIC, name)) for name, is_set in flags.items() if is_set]
    if field.error:
        made.append(element(clark(DYNAMIC, "error"), text=field.error))
    if field.group:
        group = clark(dialect.control, dialect.parameter_group)
        made.append(element(group, {"name": field.group}))
    return made


def _validation(field: FormField) -> Element:
    """Return XEP-0122 validation: a pattern, else a range, else any value of the datatype."""
    return element(_VALIDATION, {"datatype": field.datatype}, *_method(field))


def _method(field: FormField) -> list[Element]:
    if field.pattern:
        return [element(_PATTERN, text=field.pattern)]
    if field.minimum is None and field.maximum is None:
        return []
    return [element(_RANGE, {"min": field.minimum, "max": field.maximum})]
