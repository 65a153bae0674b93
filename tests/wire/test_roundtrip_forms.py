"""Forms both ways: what is asked and what was filled in arrives as it was."""

from dataclasses import replace

from hypothesis import given
import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.form_model import (
    Form,
    FormField,
    FormFieldType,
    Submission,
)
from custom_components.xmpp_iot.wire.forms import (
    decode_form,
    decode_submission,
    encode_form,
    encode_submission,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .strategies import forms, quick, submissions

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def arrived(field: FormField) -> FormField:
    """Return the field as it arrives.

    A heading is never required; without a datatype there is no validation, and with a pattern no range.
    """
    if field.type is FormFieldType.FIXED:
        field = replace(field, required=False)
    if not field.datatype:
        return replace(field, pattern="", minimum=None, maximum=None)
    return replace(field, minimum=None, maximum=None) if field.pattern else field


@each_dialect
@quick
@given(forms)
def test_forms_go_both_ways(dialect: Dialect, form: Form) -> None:
    """A form arrives with everything a field can have."""
    text = to_text(encode_form(form, dialect))
    assert decode_form(from_text(text)) == replace(
        form, fields=tuple(map(arrived, form.fields))
    )


@quick
@given(submissions)
def test_submissions_go_both_ways(submission: Submission) -> None:
    """What was filled in arrives as it was."""
    text = to_text(encode_submission(submission))
    assert decode_submission(from_text(text)) == submission
