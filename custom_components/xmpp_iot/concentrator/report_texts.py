"""The words of reports, in one place; whoever has others passes them in."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

type Words = Callable[[str, str], str]  # key of TEXTS, language -> text
type Texts = Callable[[str], str]  # the same in one language

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "history": "History",
        "history_of": "History of {name}",
        "history_about": "What was recorded from the start to the end.",
        "logbook": "Logbook",
        "logbook_of": "Logbook of {name}",
        "logbook_about": "What happened from the start to the end, and by whom.",
        "start": "Start",
        "end": "End",
        "period": "Period",
        "states": "Every state",
        "hour": "Hours",
        "day": "Days",
        "week": "Weeks",
        "month": "Months",
        "year": "Years",
        "reading": "Reading the recorder.",
        "nothing": "Nothing is recorded of this time.",
        "when": "When",
        "state": "State",
        "unit": "Unit",
        "attributes": "Attributes",
        "mean": "Mean",
        "min": "Minimum",
        "max": "Maximum",
        "sum": "Sum",
        "change": "Change",
        "what": "What",
        "who": "Who",
        "changed_to": "changed to {state}",
        "changed": "changed",
        "unknown_field": "Unknown field.",
        "one_value": "One value is needed.",
        "no_choice": "There is no such choice.",
        "no_moment": "A date and time is needed, such as 2026-11-21T06:00:00Z.",
        "end_first": "The end is before the start.",
        "picture": "Picture",
        "picture_about": "Takes a picture, and says where it can be had.",
        "picture_taking": "Taking the picture.",
        "url": "Address",
        "media_type": "Media type",
        "size": "Bytes",
    }
)


def english(key: str, language: str) -> str:
    """Return a text in English, whatever the language."""
    return TEXTS[key]
