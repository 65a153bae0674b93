"""Looks every now and then at what a thread does: a profile that costs little, of this one thread alone.

Python lets another thread look only where the first one waits, or has run for a while: this while is made short
meanwhile, or all would be found where it waits.
"""

from collections import Counter
from collections.abc import Iterator
import sys
import threading
from types import FrameType
from typing import Final, override

_PERIOD: Final = 0.001  # seconds
_WHILE: Final = 0.00002
_SHOWN: Final = 80
_IDLE: Final = "select"
"""The function in which an event loop waits."""


class Sampler(threading.Thread):
    """Counts in which functions the thread was found that made it."""

    def __init__(self) -> None:
        """Begin to look only when started."""
        super().__init__(name="sampler", daemon=True)
        self._thread = threading.get_ident()
        self._over = threading.Event()
        self._looks = 0
        self._in = Counter[str]()  # itself or what it has called
        self._at = Counter[str]()  # itself

    @override
    def run(self) -> None:
        """Look until told to end."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(_WHILE)
        try:
            self._look()
        finally:
            sys.setswitchinterval(before)

    def _look(self) -> None:
        while not self._over.wait(_PERIOD):
            frame = sys._current_frames().get(self._thread)  # noqa: SLF001 (there is no other way)
            if frame is None or frame.f_code.co_name == _IDLE:
                continue
            names = list(_names(frame))
            self._looks += 1
            self._at[names[0]] += 1
            self._in.update(set(names))

    def end(self) -> dict[str, object]:
        """Look no more; return how often the thread was found at work, in which functions and at which."""
        self._over.set()
        self.join()
        return {
            "looks": self._looks,
            "in": dict(self._in.most_common(_SHOWN)),
            "at": dict(self._at.most_common(_SHOWN)),
        }


def _names(frame: FrameType | None) -> Iterator[str]:
    """Yield the functions that a frame is of, and those that have called it."""
    while frame is not None:
        code = frame.f_code
        place = code.co_filename.rpartition("site-packages/")[2]
        yield f"{place.rpartition('custom_components/')[2]} {code.co_qualname}"
        frame = frame.f_back
