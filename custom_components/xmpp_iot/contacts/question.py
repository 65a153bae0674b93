"""What the owner of the house is asked: may this contact do that to this entity?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import json
from types import MappingProxyType
from typing import Final

from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import (
    ATTR_ACTION,
    ATTR_CONTACT,
    ATTR_QUESTION,
    CONF_DANGEROUS,
    CONF_EXPIRES,
    CONF_JID,
)
from .deed import cut
from .grant import Contact, Grant, Level
from .wording import MOST_CHARACTERS, async_entity_name

ATTR_DATA: Final = "data"
ATTR_TIMES: Final = "times"
ATTR_WHO: Final = "who"

type Key = tuple[str, str, str, str]
"""Who (a bare JID), the entity, the action and its data: the same again is the same question."""

_MOST_CHARACTERS: Final = 120  # of the data that is shown
_SECRET: Final = "code"  # what the owner has to know is not what a contact types
_QUOTES: Final = str.maketrans(
    dict.fromkeys('"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02', "'")
)
"""What would seem to end a name that stands in quotation marks."""


class Answer(StrEnum):
    """What the owner can say."""

    ONCE = "once"
    ALWAYS = "always"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a contact wants done, and nothing allows without the owner."""

    contact: Contact
    level: Level
    entity_id: str
    action: str
    data: Mapping[str, object] = MappingProxyType({})

    @property
    def key(self) -> Key:
        """What makes it the same as another."""
        data = json.dumps(dict(self.data), sort_keys=True, default=str)
        return self.contact.jid, self.entity_id, self.action, data

    @property
    def shown(self) -> Mapping[str, object]:
        """The data, as far as the owner is shown it."""
        return {key: value for key, value in self.data.items() if key != _SECRET}


@dataclass(slots=True, kw_only=True)
class Question:
    """A wish that is before the owner."""

    id: str
    secret: str
    """Stands in what a telephone sends back: whoever has it was told by the house."""
    wish: Wish
    grant: Grant
    """The row that has the owner asked."""
    dangerous: bool
    asked_at: datetime
    ends: datetime
    times: int = 1
    """How often one and the same request does it: as the owner was told, and never more."""
    refusal: str = ""
    """Why not, once that is decided."""
    answer: Answer | None = None
    """What the owner has said."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


@callback
def async_words(hass: HomeAssistant, question: Question) -> Mapping[str, str]:
    """Return who wants what done to what, and how often, as people call it: plain text, of one line each."""
    wish = question.wish
    domain = wish.entity_id.partition(".")[0]
    words = async_get_cached_translations(
        hass, hass.config.language, "services", domain
    )
    known = words.get(f"component.{domain}.services.{wish.action}.name")
    action = _with_data(known or wish.action.replace("_", " "), wish.shown)
    often = f"{question.times} × " if question.times > 1 else ""
    return {
        ATTR_WHO: _who(wish.contact),
        ATTR_ACTION: cut(f"{often}{action}"),
        ATTR_NAME: cut(async_entity_name(hass, wish.entity_id)),
    }


def _who(contact: Contact) -> str:
    """Return the address of a contact, which nobody chooses, and then the name, which they may have chosen."""
    jid = cut(contact.jid)
    if contact.name == contact.jid:
        return jid
    name = cut(contact.name).translate(_QUOTES)
    if len(name) > MOST_CHARACTERS:
        name = f"{name[: MOST_CHARACTERS - 1]}…"
    return f'{jid} ("{name}")'


def _with_data(action: str, data: Mapping[str, object]) -> str:
    """Return an action's name, and what it is done with, on one line."""
    if not data:
        return action
    parts = (f"{key.replace('_', ' ')}: {value}" for key, value in data.items())
    said = cut(", ".join(parts))
    if len(said) > _MOST_CHARACTERS:
        said = f"{said[: _MOST_CHARACTERS - 1]}…"
    return f"{action} ({said})"


@callback
def async_event_data(hass: HomeAssistant, question: Question) -> dict[str, object]:
    """Return what the event says that tells automations of a question."""
    wish = question.wish
    return {
        ATTR_QUESTION: question.id,
        ATTR_CONTACT: wish.contact.name,
        CONF_JID: wish.contact.jid,
        ATTR_ENTITY_ID: wish.entity_id,
        ATTR_NAME: async_entity_name(hass, wish.entity_id),
        ATTR_ACTION: wish.action,
        ATTR_DATA: wish.shown,
        ATTR_TIMES: question.times,
        CONF_DANGEROUS: question.dangerous,
        CONF_EXPIRES: question.ends.isoformat(),
    }
