"""What an order is known by: its own word for itself, that stays the same however often it is sent.

The id of an <iq/> will not do: each sending has one of its own, and others use theirs again as they like. An
order with a token (a parameter, or field of a form, named `order_token`) is carried out once; one without is
carried out as often as it comes. Only houses of ours give and understand them.

An order with a token says until when it may be begun, and says the same whenever it is sent again. Token and
expiry are one stamp: for as long as the expiry allows it to be begun it is remembered, by the one clock of the
house that remembers. With an expiry that is reckoned anew at each arrival, or stamped anew for each repeat, an
order that is forgotten would be in time again, and be done twice.
"""

from dataclasses import dataclass
from typing import Final, Self, override

from .errors import BadRequest
from .unguessable import new_id

ORDER: Final = "order_token"
MAX_TOKEN: Final = 100  # characters

_SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class OrderToken:
    """The name of one order among those of its sender."""

    text: str
    house: str = ""
    """For which life of the receiving house it was made (see `once.Once.life`); empty: whichever it is."""

    @classmethod
    def new(cls, house: str = "") -> Self:
        """Return the token of a new order."""
        return cls(new_id(), house)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what `str` of a token says; BadRequest for what cannot be one."""
        house, separator, name = text.partition(_SEPARATOR)
        if not separator or not name or len(text) > MAX_TOKEN:
            raise BadRequest(parameters={ORDER: "This is no token of an order."})
        return cls(name, house)

    @override
    def __str__(self) -> str:
        """Return the token as it is sent."""
        return f"{self.house}{_SEPARATOR}{self.text}"
