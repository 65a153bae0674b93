"""The published schemas, where they are: beside the project, or where XMPP_IOT_SCHEMAS says.

They are not ours to copy, so a test that needs them is skipped where they are absent.
"""

from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
import os
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from custom_components.xmpp_iot.wire.xml import Element, to_text

_BESIDE: Final = Path(__file__).resolve().parents[3] / "shared" / "schemas"


@cache
def _validator() -> ModuleType | str:
    """Return the validator, or why there is none."""
    path = Path(os.environ.get("XMPP_IOT_SCHEMAS", _BESIDE)) / "validate.py"
    if not path.is_file():
        return "the schemas are not beside the project; set XMPP_IOT_SCHEMAS"
    if find_spec("xmlschema") is None or find_spec("lxml") is None:
        return "the schemas need xmlschema and lxml"
    spec = spec_from_file_location("xmpp_iot_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_valid(*payloads: str | Element) -> None:
    """Fail unless each payload is what its repaired schema allows; skip without schemas."""
    if isinstance(validator := _validator(), str):
        pytest.skip(validator)
    for payload in payloads:
        text = payload if isinstance(payload, str) else to_text(payload)
        results = validator.check_text(text, fixed=True)
        assert results, f"nothing in it has a schema: {text}"
        for name, reason in results:
            assert reason is None, f"{name}: {reason}\n{text}"


def problems(text: str) -> list[str]:
    """Return what the schemas say against the payloads in `text`; nothing where they are absent."""
    if isinstance(validator := _validator(), str):
        return []
    return [
        f"{name}: {reason}\n{text}"
        for name, reason in validator.check_text(text, fixed=True)
        if reason is not None
    ]
