"""Print what Home Assistant would install by itself when it starts with its frontend.

A first start that has to install is slow, and not reliable: an integration may fail
while another one's requirement is being installed. So all of it is installed beforehand,
and Home Assistant is started with --skip-pip.
"""

from collections.abc import Iterable
import json
from pathlib import Path
import sys

import homeassistant
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS


def requirements(integrations: Iterable[str]) -> set[str]:
    """Return the requirements of the integrations and of all that they depend on."""
    components = Path(homeassistant.__file__).parent / "components"
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [*integrations]
    while waiting:
        if (domain := waiting.pop()) in seen:
            continue
        seen.add(domain)
        manifest = json.loads((components / domain / "manifest.json").read_text())
        found.update(manifest.get("requirements", ()))
        waiting += manifest.get("dependencies", ())
    return found


if __name__ == "__main__":
    # hassio: core imports its client library, though nothing depends on the integration
    print(
        *sorted(requirements([*DEFAULT_INTEGRATIONS, "hassio", *sys.argv[1:]])),
        sep="\n",
    )
