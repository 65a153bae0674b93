"""Control parameters in the types that the node's own form says they have."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..wire.errors import BadRequest
from ..wire.form_model import Form, FormField, FormFieldType
from ..wire.model import Setting, ValueType
from ..wire.xml import parse_value
from .settings import settings
from .values import form_text

_BYTES: Final = range(256)
_WHOLE: Final = frozenset({ValueType.INT, ValueType.LONG})
# By the datatype of XEP-0122, without its prefix, which everybody chooses for themselves.
_DATATYPES: Final[Mapping[str, ValueType]] = MappingProxyType(
    {
        "boolean": ValueType.BOOLEAN,
        "byte": ValueType.INT,
        "Color": ValueType.COLOR,
        "ColorAlpha": ValueType.COLOR,
        "date": ValueType.DATE,
        "dateTime": ValueType.DATE_TIME,
        "decimal": ValueType.DOUBLE,
        "double": ValueType.DOUBLE,
        "duration": ValueType.DURATION,
        "float": ValueType.DOUBLE,
        "int": ValueType.INT,
        "integer": ValueType.LONG,
        "long": ValueType.LONG,
        "negativeInteger": ValueType.LONG,
        "nonNegativeInteger": ValueType.LONG,
        "nonPositiveInteger": ValueType.LONG,
        "positiveInteger": ValueType.LONG,
        "short": ValueType.INT,
        "string": ValueType.STRING,
        "time": ValueType.TIME,
        "unsignedByte": ValueType.INT,
        "unsignedInt": ValueType.LONG,
        "unsignedLong": ValueType.LONG,
        "unsignedShort": ValueType.INT,
    }
)
# Fields that say enough of their values without a datatype.
_KINDS: Final[Mapping[FormFieldType, ValueType]] = MappingProxyType(
    {
        FormFieldType.BOOLEAN: ValueType.BOOLEAN,
        FormFieldType.LIST_SINGLE: ValueType.STRING,
    }
)


def typed(parameters: Mapping[str, Any], form: Form | None) -> tuple[Setting, ...]:
    """Return parameters as they are set, in the order given.

    ServiceValidationError for one that the form does not have, or a value that is not of its type. Where there
    is no form, or it says nothing of a type, a value has the type it comes in.
    """
    fields = {field.var: field for field in form.fields} if form else {}
    if form and (unknown := parameters.keys() - fields.keys()):
        raise _wrong("unknown_parameter", min(unknown), "")
    return tuple(
        _setting(name, value, fields.get(name)) for name, value in parameters.items()
    )


def _setting(name: str, value: Any, field: FormField | None) -> Setting:
    try:
        if (kind := type_of(field)) is None:
            # (what is read from YAML is of types of its own)
            plain = str(value) if isinstance(value, str) else value
            return settings({name: plain})[0]
        return Setting(name, kind, parse_value(kind, _text(kind, value)))
    except BadRequest as err:
        raise _wrong("invalid_parameter", name, err.text) from err
    except (TypeError, OverflowError) as err:
        raise _wrong("invalid_parameter", name, str(err)) from err


def type_of(field: FormField | None) -> ValueType | None:
    """Return the type that a field of a form says its value has; None where it says nothing of it."""
    if field is None:
        return None
    named = _DATATYPES.get(field.datatype.rpartition(":")[2])
    return named or _KINDS.get(field.type)


def _text(kind: ValueType, value: Any) -> str:
    """Return a value's text; a colour may be a list of its bytes, as Home Assistant has it."""
    if kind in _WHOLE and isinstance(value, float) and value.is_integer():
        return form_text(int(value))
    if kind is ValueType.COLOR and isinstance(value, (list, tuple)):
        if all(isinstance(part, int) and part in _BYTES for part in value):
            return bytes(value).hex()
    return form_text(value)


def _wrong(key: str, name: str, reason: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"parameter": name, "reason": reason},
    )
