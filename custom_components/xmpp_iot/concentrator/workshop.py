"""What all that carries out wishes of callers works with."""

from dataclasses import dataclass

from .actions import Actions
from .asking import Asking
from .commands import Commands
from .guard import Guard
from .localize import Localizer
from .offers import Offers
from .seconding import Seconding
from .turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The gate, the one way in, the owner, a second opinion, the turns at the nodes, and what there is to offer."""

    guard: Guard
    actions: Actions
    asking: Asking
    second: Seconding
    turns: Turns
    commands: Commands
    offers: Offers
    localizer: Localizer
