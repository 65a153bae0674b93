"""What presence says of somebody's features (XEP-0115): who has told them once is not asked again.

Presence has a hash of what a service discovery would answer. An answer that has that hash is true of all who
show it, so in a list of a hundred contacts with the same few clients only a few have to be asked.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
import hashlib
from types import MappingProxyType
from typing import Any, Final

from .disco import CAPS, INFO, INFO_QUERY
from .forms import FORM, X
from .xml import XML_LANG, Element, clark

MAX_KNOWN: Final = 200  # answers that are remembered
MAX_PARTS: Final = 500  # of one of them: there are some dozens of features
MAX_TEXT: Final = 20_000  # characters of one of them
MAX_VALUE: Final = 100  # characters of a hash

_C: Final = clark(CAPS, "c")
_FEATURE: Final = clark(INFO, "feature")
_IDENTITY: Final = clark(INFO, "identity")
_FIELD: Final = clark(FORM, "field")
_VALUE: Final = clark(FORM, "value")
_FORM_TYPE: Final = "FORM_TYPE"
_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = MappingProxyType(
    {"sha-1": hashlib.sha1, "sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
)

type Version = tuple[str, str]  # name of the hash, and its value


class Capabilities:
    """Who shows which hash, and what is known to have it."""

    def __init__(self) -> None:
        """Know nothing."""
        self._versions: dict[str, Version] = {}  # by full JID
        self._known: dict[Version, Element] = {}

    def note(self, jid: str, presence: Element, is_there: bool) -> None:
        """Take what the presence of a full JID says; one that says nothing of it, or has gone, says nothing."""
        shown = presence.find(_C) if is_there else None
        name, value = ("", "") if shown is None else _version(shown)
        if name in _HASHES and 0 < len(value) <= MAX_VALUE:
            self._versions[jid] = name, value
        else:
            self._versions.pop(jid, None)

    def forget(self) -> None:
        """Forget who shows what: a new session is told anew."""
        self._versions.clear()

    def answer(self, jid: str | None, query: Element) -> Element | None:
        """Return what somebody would answer, None where that is not known."""
        if jid is None or not _is_plain(query):
            return None
        version = self._versions.get(jid)
        known = None if version is None else self._known.get(version)
        return deepcopy(known)

    def learn(self, jid: str | None, query: Element, answer: Element | None) -> None:
        """Remember what somebody answered, if it has the hash they show."""
        if jid is None or answer is None or not _is_plain(query):
            return
        version = self._versions.get(jid)
        if (
            version is not None
            and len(self._known) < MAX_KNOWN
            and _is_short(answer)
            and _hash(version[0], answer) == version[1]
        ):
            self._known[version] = deepcopy(answer)


def _version(shown: Element) -> Version:
    return shown.get("hash", ""), shown.get("ver", "")


def _is_plain(query: Element) -> bool:
    return query.tag == INFO_QUERY and not query.get("node")


def _is_short(answer: Element) -> bool:
    parts = list(answer.iter())
    length = sum(
        len(part.text or "") + sum(map(len, part.attrib.values())) for part in parts
    )
    return len(parts) <= MAX_PARTS and length <= MAX_TEXT


def _hash(name: str, answer: Element) -> str | None:
    """Return the hash of an answer (XEP-0115 section 5.1); None for one that could be made to look like another."""
    features = sorted(one.get("var", "") for one in answer.iterfind(_FEATURE))
    said = [*_identities(answer), *features]
    if max(Counter(said).values(), default=0) > 1:
        return None
    said += _forms(answer)
    if any("<" in text for text in said):
        return None
    plain = "".join(f"{text}<" for text in said)
    return b64encode(_HASHES[name](plain.encode()).digest()).decode()


def _identities(answer: Element) -> Iterator[str]:
    """Yield what somebody is, in the order of the hash."""
    found = (
        tuple(one.get(part, "") for part in ("category", "type", XML_LANG, "name"))
        for one in answer.iterfind(_IDENTITY)
    )
    return map("/".join, sorted(found))


def _forms(answer: Element) -> Iterator[str]:
    """Yield what forms say beside that (XEP-0128), in the order of the hash."""
    forms = (
        {one.get("var", ""): _values(one) for one in form.iterfind(_FIELD)}
        for form in answer.iterfind(X)
    )
    for form in sorted(forms, key=lambda one: one.get(_FORM_TYPE, [])):
        if kind := form.pop(_FORM_TYPE, None):
            yield kind[0]
            for name in sorted(form):
                yield name
                yield from form[name]


def _values(field: Element) -> list[str]:
    return sorted(one.text or "" for one in field.iterfind(_VALUE))
