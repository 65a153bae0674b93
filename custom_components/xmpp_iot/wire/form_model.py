"""Data forms (XEP-0004) as the model has them: what is asked, and what was filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

type Submission = Mapping[str, tuple[str, ...]]  # form field -> its values

NO_SUBMISSION: Submission = MappingProxyType({})


class FormFieldType(StrEnum):
    """Data form field types (XEP-0004 section 3.3)."""

    BOOLEAN = "boolean"
    FIXED = "fixed"
    HIDDEN = "hidden"
    LIST_MULTI = "list-multi"
    LIST_SINGLE = "list-single"
    TEXT_MULTI = "text-multi"
    TEXT_PRIVATE = "text-private"
    TEXT_SINGLE = "text-single"


@dataclass(frozen=True, slots=True)
class FormOption:
    """One choice of a list field."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a data form, with its validation (XEP-0122)."""

    var: str
    type: FormFieldType = FormFieldType.TEXT_SINGLE
    label: str = ""
    description: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    options: tuple[FormOption, ...] = ()
    datatype: str = ""  # XEP-0122 datatype, such as xs:int; "" leaves validation out
    minimum: str | None = None
    maximum: str | None = None
    pattern: str = ""  # XEP-0122 regular expression the whole value matches
    post_back: bool = False  # XEP-0336: an edit is worth asking about at once
    read_only: bool = False  # XEP-0336
    not_same: bool = False  # XEP-0336: untouched, it is not submitted
    group: str = ""  # XEP-0325 parameter group
    error: str = ""  # XEP-0336: what was wrong with the value


@dataclass(frozen=True, slots=True)
class Form:
    """A data form to be filled in (XEP-0004)."""

    title: str
    fields: tuple[FormField, ...]
    instructions: str = ""
