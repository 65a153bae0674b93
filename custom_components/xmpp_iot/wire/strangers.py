"""Strangers who ask the house for something: a line each in the log, and not any number of lines."""

import logging
from typing import Final

_LOGGER = logging.getLogger(__name__)

MOST_NAMED: Final = 100  # a crowd does not fill the log, nor the memory


class Strangers:
    """Those who asked, as far as they were named."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._named: set[str] = set()

    def note(self, bare: str) -> None:
        """Name a bare JID, once."""
        if bare in self._named or len(self._named) >= MOST_NAMED:
            return
        self._named.add(bare)
        _LOGGER.info(
            "%s is no contact and was refused what it asked for; for it nobody is here",
            bare,
        )
        if len(self._named) == MOST_NAMED:
            _LOGGER.info("Other strangers who are refused are not named any more")
