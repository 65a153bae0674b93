"""The room rule: which part of the component may import which other part.

The table is the one of the design: `wire` is the language and knows nothing of Home
Assistant; `concentrator` and `contacts` are this house towards others, `remote` and the
platforms are others towards this house, and the two directions do not meet. Home
Assistant's front door (config flow, set-up, diagnostics ...) may import every room.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys
from typing import Final, NamedTuple

from homeassistant.const import Platform

from .paths import COMPONENT

_HOME_ASSISTANT: Final = frozenset({"homeassistant", "voluptuous"})


class Room(NamedTuple):
    """What the modules of a room may import beside the standard library and each other."""

    rooms: frozenset[str] = frozenset()  # other rooms and modules of ours
    packages: frozenset[str] = _HOME_ASSISTANT


# `const` holds names only, `models` the type of the config entry.
_NAMES: Final = frozenset({"const", "models"})
# Pictures go by HTTP, with Home Assistant's own client; it has no names for what that raises.
_HTTP: Final = _HOME_ASSISTANT | {"aiohttp"}
_REMOTE: Final = Room(_NAMES | {"wire", "remote", "entity"}, _HTTP)
ROOMS: Final = {
    "wire": Room(packages=frozenset({"slixmpp"})),
    # (the recorder's database is asked in SQLAlchemy, which is Home Assistant's)
    "concentrator": Room(_NAMES | {"wire", "contacts"}, _HTTP | {"sqlalchemy"}),
    "contacts": Room(_NAMES | {"wire"}),
    "remote": _REMOTE,
    "entity": _REMOTE,
    **{platform.value: _REMOTE for platform in Platform},
}


class Import(NamedTuple):
    """One import of a module: its line, and the whole name of what it imports."""

    line: int
    name: str


def _imports(tree: ast.Module, package: tuple[str, ...]) -> Iterator[Import]:
    """Yield all imports of a module that is in the package, wherever they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                yield Import(node.lineno, f"{module}.{alias.name}")


def _allowed(name: str, room: str, component: str) -> bool:
    """Return whether a module of the room may import what the whole name names."""
    rule = ROOMS[room]
    if name != component and not name.startswith(f"{component}."):
        top = name.partition(".")[0]
        return top in rule.packages or top in sys.stdlib_module_names
    other = name.removeprefix(component).lstrip(".").partition(".")[0]
    return other == room or other in rule.rooms


def violations(root: Path = COMPONENT) -> list[str]:
    """Return a line for each import that the table does not allow."""
    component = f"custom_components.{root.name}"
    found = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if (room := parts[0]) not in ROOMS:
            continue
        package = (*component.split("."), *parts[:-1])
        found += [
            f"{path}:{line}: {room} must not import {name}"
            for line, name in _imports(ast.parse(path.read_text()), package)
            if not _allowed(name, room, component)
        ]
    return found


if __name__ == "__main__":
    print(*(lines := violations()), sep="\n", end="\n" if lines else "")
    sys.exit(bool(lines))
