"""The length rule: no Python file or script of more than 400 lines."""

from collections.abc import Iterator
from pathlib import Path
import sys
from typing import Final

from .paths import ROOT

MOST_LINES: Final = 400
_FOLDERS: Final = ("custom_components", "scripts", "tests", ".ci")


def _ours(root: Path) -> Iterator[Path]:
    """Yield the Python files and shell scripts of the tree."""
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".sh", ""):
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
