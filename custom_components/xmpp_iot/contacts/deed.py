"""What a contact wants done, as it is put on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from homeassistant.const import ATTR_NAME

from ..const import (
    ATTR_ACTION,
    ATTR_CONTACT,
    ATTR_GRANT,
    ATTR_GRANTED_BY,
    ATTR_RESOURCE,
    CONF_JID,
)
from .grant import Contact

LONGEST: Final = 255  # characters of anything that somebody else has chosen


class Result(StrEnum):
    """What became of it."""

    DONE = "done"
    FAILED = "failed"  # it was begun
    REFUSED = "refused"  # it was not


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody wants done, to what, and what allows it."""

    contact: Contact
    asker: str = ""  # the full JID
    action: str
    about: Mapping[str, str | list[str]]  # the ids of what it is done to, by their kind
    name: str = ""  # what people call that
    grant: str = ""  # the row's id
    granted_by: str = ""  # the same in words

    @property
    def data(self) -> dict[str, object]:
        """The data of its events."""
        grant = {ATTR_GRANT: self.grant, ATTR_GRANTED_BY: self.granted_by}
        return {
            **self.about,
            ATTR_NAME: self.name,
            ATTR_ACTION: self.action,
            ATTR_CONTACT: self.contact.name,
            CONF_JID: self.contact.jid,
            ATTR_RESOURCE: cut(self.asker.partition("/")[2]),
            **(grant if self.grant else {}),
        }


def cut(text: str) -> str:
    """Return what somebody else has chosen as one line that is not too long."""
    line = " ".join(text[: 2 * LONGEST].split())
    if not line.isprintable():
        line = "".join(one if one.isprintable() else "\ufffd" for one in line)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
