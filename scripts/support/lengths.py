"""The length rule: no program file of more than 400 lines, in whatever language."""

from collections.abc import Iterator
from pathlib import Path
import sys
from typing import Final

from .paths import ROOT

MOST_LINES: Final = 400
_FOLDERS: Final = ("custom_components", "scripts", "tests", ".ci")
_SUFFIXES: Final = (".py", ".sh", ".js", "")
_INSTALLED: Final = "node_modules"  # the libraries of others


def _ours(root: Path) -> Iterator[Path]:
    """Yield the programs of the tree, and what they are made of."""
    for name in _FOLDERS:
        for folder, inner, files in (root / name).walk():
            inner[:] = sorted(
                one for one in inner if one != _INSTALLED and not one.startswith(".")
            )  # (hidden are the caches of tools)
            for path in (folder / file for file in sorted(files)):
                if path.suffix in _SUFFIXES:
                    yield path


def violations(root: Path = ROOT) -> list[str]:
    """Return a line for each file that is too long."""
    return [
        f"{path}: {count} lines, at most {MOST_LINES} are allowed"
        for path in _ours(root)
        if (count := len(path.read_text().splitlines())) > MOST_LINES
    ]


if __name__ == "__main__":
    print(*(lines := violations()), sep="\n", end="\n" if lines else "")
    sys.exit(bool(lines))
