"""How sure an order is to be carried out, and what goes with one so that it is done neither late nor twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.util import dt as dt_util

from ..wire.form_model import Submission
from ..wire.order_token import ORDER, OrderToken
from .values import form_text

CONF_QUALITY: Final = "quality"
EXPIRES: Final = "expires"
EXPIRY: Final = timedelta(seconds=10)
"""Until when the other house may begin what it is asked, where nobody says otherwise."""


class Delivery(StrEnum):
    """How sure it is to be: the levels of quality of service, from 0 to 2."""

    LATEST = "latest"
    """Sent without waiting for the answer; of those that wait for their turn the newest counts."""
    ACKNOWLEDGED = "acknowledged"
    """Sent once, and what became of it is told."""
    EXACTLY_ONCE = "exactly_once"
    """Sent again until it is answered, and carried out once; by a house like ours."""

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Return a level by its name or its number; ValueError for another."""
        levels = {str(number): one for number, one in enumerate(cls)}
        return levels.get(str(value)) or cls(str(value))


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a house like ours is told with an order: until when to begin it, and how it is known."""

    expires: datetime
    token: OrderToken

    @classmethod
    def new(cls, expires: datetime | None = None, life: str = "") -> Self:
        """Return the stamp of a new order for a life of the house (see `wire.once.Once.life`)."""
        return cls(expires or dt_util.utcnow() + EXPIRY, OrderToken.new(life))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """It as control parameters."""
        return {EXPIRES: self.expires, ORDER: str(self.token)}

    @property
    def expiry(self) -> Submission:
        """Until when, as a field of a form: all that a query has, which may be asked again as one likes."""
        return {EXPIRES: (form_text(self.expires),)}

    @property
    def form(self) -> Submission:
        """It as fields of a command's form."""
        return {**self.expiry, ORDER: (str(self.token),)}
