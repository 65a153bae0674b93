"""XML that was meant well and came out badly, for property tests (hypothesis)."""

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

from custom_components.xmpp_iot.wire.xml import Element, from_text

ODD: Final = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            " ",
            "true",
            "yes",
            "-1",
            "9" * 400,
            "NaN",
            "2026-13-01T00:00:00Z",
            "9999-12-31T24:00:00-14:00",
            "24:00:00",
            "P1Y",
            "P999999999DT24H",
            "x" * 2000,
            "x" * 70_000,
        ]
    ),
)


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[str]) -> Element:
    """Draw one of `samples` in which a few things were changed, renamed, moved, doubled or lost."""
    root = from_text(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        elements = list(root.iter())
        victim = draw(st.sampled_from(elements))
        other = draw(st.sampled_from(elements))
        if victim.attrib:
            _change_attribute(draw, victim, other)
        _change_content(draw, victim, other)
    return root


def _change_attribute(draw: st.DrawFn, victim: Element, other: Element) -> None:
    name = draw(st.sampled_from(sorted(victim.attrib)))
    match draw(st.integers(0, 4)):
        case 0:
            victim.set(name, draw(ODD))
        case 1:
            del victim.attrib[name]
        case 2 if other.attrib:
            victim.set(
                draw(st.sampled_from(sorted(other.attrib))), victim.attrib.pop(name)
            )
        case 3:
            victim.attrib.update(other.attrib)


def _change_content(draw: st.DrawFn, victim: Element, other: Element) -> None:
    match draw(st.integers(0, 6)):
        case 0:
            del victim[draw(st.integers(0, len(victim))) :]
        case 1 if len(victim):
            victim.remove(draw(st.sampled_from(list(victim))))
        case 2:
            victim.text = draw(ODD)
        case 3:
            victim.tag = other.tag
        case 4:
            victim.extend([*victim])
        case 5 if not _is_within(victim, other):
            victim.append(other)


def _is_within(victim: Element, other: Element) -> bool:
    """Return whether `victim` is in `other`: an element cannot be inside of itself."""
    return any(one is victim for one in other.iter())
