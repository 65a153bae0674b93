"""White space after what a server would hold back, so that nothing waits for what is said next.

Prosody 13 reads 4 kB at a time, and its parser looks again at a tag of which it has two such pieces and not
the end only when twice as much is there (expat's reparse deferral, from 2.6 on). So a long tag arrives with
the next bytes, and those may come in a minute. White space between stanzas says nothing and is allowed (RFC
6120 section 4.6.1), and counts for nothing (XEP-0198).
"""

import re
from typing import Final

READ: Final = 4_096  # bytes

_BYTES: Final = 4  # of a character, at most
_LONG_TAG: Final = re.compile(rf"<[^>]{{{READ // _BYTES},}}>")


def filler(stanza: str) -> str:
    """Return what is to follow the stanza at once: as much as its longest tag lacks, mostly nothing."""
    if len(stanza) <= READ // _BYTES:
        return ""
    lacking = [
        size - (len(stanza) - tag.end())
        for tag in _LONG_TAG.finditer(stanza)
        if (size := len(tag[0].encode())) > READ
    ]
    return " " * max(0, *lacking, 0)
