"""The JavaScript rule: Node.js can read every file of ours."""

from collections.abc import Iterator
from pathlib import Path
import subprocess
import sys
from typing import Final

from .paths import ROOT, find_node

CLIENT: Final = ROOT / "tests" / "demo" / "javascript"


def modules(folder: Path = CLIENT) -> list[Path]:
    """Return the JavaScript files of the folder; the libraries of others are in folders below."""
    return sorted(folder.glob("*.js"))


def violations(folder: Path = CLIENT) -> Iterator[str]:
    """Yield what is wrong with each file that Node.js cannot read; ProgramMissing without one."""
    node = find_node()
    for path in modules(folder):
        # (of several files it would look at the first alone)
        done = subprocess.run(
            [node, "--check", path], capture_output=True, check=False, text=True
        )
        if done.returncode:
            yield done.stderr.strip()


if __name__ == "__main__":
    lines = list(violations())
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(bool(lines))
