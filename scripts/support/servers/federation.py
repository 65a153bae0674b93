"""Two servers of two domains that know each other, with a house and its people on different ones."""

from collections.abc import Generator
from contextlib import contextmanager

from .base import XmppServer


@contextmanager
def federation(
    home: XmppServer,
    away: XmppServer,
    there: int | None = None,
    back: int | None = None,
) -> Generator[XmppServer]:
    """Run both, and return `home`, among whose `accounts` are those of `away`.

    To be given servers that have not been started, with different domains, of one authority. `there` and
    `back` are the ports of what is between them: where `home` finds `away`, and the other way round.
    """
    home.reaches(away, there)
    away.reaches(home, back)
    home.lodges(away)
    with home, away:
        yield home
