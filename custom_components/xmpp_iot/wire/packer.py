"""Packs readings into messages: as many as fit into each, in their order.

A long readout is mostly one node at thousands of times. Readings of one node that follow each other share
its element, so that its address is said once a message.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from .dialects import Dialect
from .model import Reading
from .sensor_data import (
    node_tags,
    render_error,
    render_failure,
    render_fields,
    render_moment,
)

MESSAGE_BYTES: Final = 60_000  # of one message's fragments
MAX_ERROR: Final = 1000  # characters


class Packer:
    """Packs a readout's readings into messages of limited size, of which only the last says it is."""

    def __init__(
        self, request_id: str, dialect: Dialect, *, limit: int = MESSAGE_BYTES
    ) -> None:
        """Pack for the readout `request_id`, at most `limit` bytes of fragments a message."""
        self.size = 0  # bytes of all fragments until now
        self._request_id = request_id
        self._dialect = dialect
        self._limit = limit
        self._fields = _Package()
        self._failures = _Package()

    def add(self, reading: Reading) -> Iterator[str]:
        """Take a reading; yield the messages that became full by it."""
        apart = bool(reading.error) and not self._dialect.inline_errors
        if reading.fields or not apart:
            fragment = render_moment(reading, self._dialect)
            tags = node_tags(reading.node, self._dialect)
            if _size(fragment, *tags) > self._limit:
                for part in _parts(reading):
                    yield from self.add(part)
                return
            if self._fields.would_exceed(self._limit, fragment, tags):
                yield self._render_fields(last=False)
            self.size += self._fields.add(fragment, tags)
        if apart:
            fragment = render_error(reading, self._dialect)
            if self._failures.would_exceed(self._limit, fragment):
                yield self._render_failures(last=False)
            self.size += self._failures.add(fragment)

    def finish(self) -> Iterator[str]:
        """Yield what is left, the last message marked; there is always one."""
        if not self._failures.fragments:
            yield self._render_fields(last=True)
            return
        if self._fields.fragments:
            yield self._render_fields(last=False)
        yield self._render_failures(last=True)

    def _render_fields(self, *, last: bool) -> str:
        return render_fields(
            self._fields.take(), self._dialect, self._request_id, last=last
        )

    def _render_failures(self, *, last: bool) -> str:
        return render_failure(
            self._failures.take(), self._dialect, self._request_id, last=last
        )


type _Tags = tuple[str, str]  # how an element around a fragment begins and ends

_NONE: Final = ("", "")


@dataclass(slots=True)
class _Package:
    """The fragments of one message to be; those in the same element share it."""

    fragments: list[str] = field(default_factory=list)
    size: int = 0
    _open: _Tags = _NONE

    def would_exceed(self, limit: int, fragment: str, tags: _Tags = _NONE) -> bool:
        return self.size > 0 and self.size + self._growth(fragment, tags) > limit

    def add(self, fragment: str, tags: _Tags = _NONE) -> int:
        """Take a fragment and return by how many bytes the message has grown."""
        growth = self._growth(fragment, tags)
        if tags != self._open:
            self.fragments += (self._open[1], tags[0])
            self._open = tags
        self.fragments.append(fragment)
        self.size += growth
        return growth

    def take(self) -> list[str]:
        taken = [*self.fragments, self._open[1]]
        self.fragments, self.size, self._open = [], 0, _NONE
        return taken

    def _growth(self, fragment: str, tags: _Tags) -> int:
        return _size(fragment) if tags == self._open else _size(fragment, *tags)


def _size(*texts: str) -> int:
    """Return the number of bytes of texts in UTF-8."""
    return sum(len(text) if text.isascii() else len(text.encode()) for text in texts)


def _parts(reading: Reading) -> tuple[Reading, ...]:
    """Return a reading that is too large for a message as smaller ones, or as an error."""
    if (count := len(reading.fields)) > 1:
        head, tail = reading.fields[: count // 2], reading.fields[count // 2 :]
        return replace(reading, fields=head, error=""), replace(reading, fields=tail)
    names = "".join(
        f"{one.name[:100]} is too large to be sent. " for one in reading.fields
    )
    return (replace(reading, fields=(), error=(names + reading.error)[:MAX_ERROR]),)
