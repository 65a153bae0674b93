"""Which tests stay together when several processes share them (scripts/test, by pytest-xdist).

A server or the demo is started once in each process that wants it, and takes longer than most tests. So
all that use the same one are a group, which one process runs from first to last; any other file is a group
of its own. The groups that start something come first: the small ones then fill the gaps at the end.
"""

from collections import Counter
import re
from typing import Final, override

import pytest
from xdist.scheduler import LoadScopeScheduling

from .servers import KNOWN, named_in

# The first whose pattern is in a test's id counts. A test that none of them names runs as well: at
# worst its process starts a server of its own.
_DEMO: Final = "demo"
_GROUPS: Final = {
    _DEMO: re.compile(r"^tests/(browser|demo)/"),
    "prosody": re.compile(r"^tests/(flows|server)/|_(servers?|online)\.py::"),
}


def group(test_id: str) -> str:
    """Return the name of the group a test is in, by the id pytest gives it."""
    if (server := named_in(test_id)) is not None:
        return server
    for name, pattern in _GROUPS.items():
        if pattern.search(test_id):
            return name
    return test_id.partition("::")[0]


def arrange(items: list[pytest.Item]) -> None:
    """Put the tests of a group together: those that start something first, then the largest."""
    sizes = Counter(group(item.nodeid) for item in items)
    ranks = dict.fromkeys((*_GROUPS, *KNOWN), 1) | {_DEMO: 0}

    def place(item: pytest.Item) -> tuple[int, int, str]:
        name = group(item.nodeid)
        return ranks.get(name, 2), -sizes[name], name

    items.sort(key=place)


class ByGroup(LoadScopeScheduling):
    """Gives whole groups to the processes, in the order of the tests."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test."""
        return group(nodeid)
