"""Who wants to be told of what: a list of callbacks that cannot hurt the one who calls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Signal[*Arguments]:
    """Callbacks for one kind of event.

    Each is called by the event loop right after the event, in the order of registration, and not any more
    once it is taken off. What one raises reaches the loop's exception handler and nobody else.
    """

    _listeners: dict[object, Callable[[*Arguments], None]] = field(default_factory=dict)

    def add(self, callback: Callable[[*Arguments], None]) -> Callable[[], None]:
        """Call `callback` from now on; the returned function ends that."""
        key = object()
        self._listeners[key] = callback
        return lambda: void(self._listeners.pop(key, None))

    def fire(self, *arguments: *Arguments) -> None:
        """Tell all of them."""
        loop = asyncio.get_running_loop()
        for key in self._listeners:
            loop.call_soon(self._tell, key, arguments)

    def _tell(self, key: object, arguments: tuple[*Arguments]) -> None:
        if (callback := self._listeners.get(key)) is not None:
            callback(*arguments)


def void(_: object) -> None:
    """Return nothing, whatever is given."""
