"""Check that the tests run each module of the component well enough.

The whole may be fine while one module is not tested at all, so each is counted alone:
95 % of its lines and branches, and all of the config flows (Home Assistant's quality
scale asks for both).
"""

import json
from pathlib import Path
import sys
from typing import Final

from .paths import BUILD

REPORT: Final = BUILD / "coverage.json"
LEAST: Final = 95.0
FLOWS: Final = frozenset(
    {
        "blocked_flow.py",
        "config_flow.py",
        "first_contact_flow.py",
        "grant_form.py",
        "grant_steps.py",
        "invite_flow.py",
        "link_flow.py",
        "mapping_flow.py",
        "options_flow.py",
        "subentry_flow.py",
    }
)


def violations(report: Path = REPORT) -> list[str]:
    """Return a line for each module that is below its bound, lines not run included."""
    files = json.loads(report.read_text())["files"]
    found = []
    for name, file in sorted(files.items()):
        least = 100.0 if Path(name).name in FLOWS else LEAST
        if (percent := file["summary"]["percent_covered"]) < least:
            missing = ", ".join(map(str, file["missing_lines"])) or "some branches"
            found.append(
                f"{name}: {percent:.1f} % (of {least:.0f} %), not run: {missing}"
            )
    return found


if __name__ == "__main__":
    if lines := violations():
        print("tested too little:", *lines, sep="\n  ")
        sys.exit(1)
    print("every module is tested enough")
