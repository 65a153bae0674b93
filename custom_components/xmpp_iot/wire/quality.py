"""How good the link to the server is, and what became of what was under way when it broke.

Nothing is dropped silently: what nobody can send again is counted here, for the diagnostics.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Quality:
    """What is measured of one session's connections, from the first log-in to `close`."""

    round_trip: float | None = None
    """Seconds until the server's last answer; None while there is no connection."""
    connected_since: datetime | None = None
    """When the connection there is began."""
    lost: int = 0
    """How often the connection was lost."""
    resumed: int = 0
    """How often it came back with the session as it was (XEP-0198)."""
    renewed: int = 0
    """How often it came back with a new session."""
    replaced: int = 0
    """How often somebody else has taken the house's place."""
    undelivered: int = 0
    """Stanzas that the server has not got when a session ended: whoever waited for an answer was told."""
    uncertain: int = 0
    """Stanzas of ended sessions of which the server did not say whether it had got them."""
    overdue: int = 0
    """Stanzas that were not sent again on a resume: nobody waited for them any more."""

    @property
    def returns(self) -> int:
        """How often the connection came back."""
        return self.resumed + self.renewed
