"""Who listens to a linked house: entities, of which none that fails keeps the others from being told."""

from collections.abc import Callable
from dataclasses import dataclass, field
import logging

_LOGGER = logging.getLogger(__name__)

type Listener = Callable[[], None]


@dataclass(slots=True, eq=False)
class Listeners:
    """Those who are told of one kind of news."""

    name: str
    """Of the house, for the log."""
    do: Callable[[Callable[[object], None], object], None] = lambda tell, one: tell(one)
    """What tells one after the other: thousands of them in turns with everything else."""
    _listeners: dict[object, Listener] = field(default_factory=dict)
    _has_failed: bool = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; return how to take it off, once or more often."""
        own = object()
        self._listeners[own] = listener

        def remove() -> None:
            self._listeners.pop(own, None)

        return remove

    def clear(self) -> None:
        """Tell nobody any more."""
        self._listeners.clear()

    def tell(self) -> None:
        """Tell all of them; that one failed, which is ours, is said once."""
        for one in tuple(self._listeners):
            self.do(self._tell, one)

    def _tell(self, one: object) -> None:
        """Tell one, unless it listens no more."""
        if (listener := self._listeners.get(one)) is None:
            return
        try:
            listener()
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _LOGGER.exception("Not all of %s can be shown", self.name)
