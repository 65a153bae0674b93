"""The rules of our own that scripts/lint checks hold, and find what breaks them."""

from pathlib import Path

import pytest

from scripts.support import javascript, lengths, rooms


def test_every_room_imports_only_what_it_may() -> None:
    """The component keeps to the table of the rooms."""
    assert rooms.violations() == []


def test_every_file_is_short_enough() -> None:
    """No file of ours has more than 400 lines."""
    assert lengths.violations() == []


@pytest.mark.usefixtures("node")
def test_every_javascript_file_can_be_read() -> None:
    """Node.js parses all that we wrote for it."""
    assert javascript.modules() != []
    assert list(javascript.violations()) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("wire/session.py", "from homeassistant.core import callback"),
        ("wire/session.py", "import homeassistant.util"),
        ("wire/session.py", "from ..const import DOMAIN"),
        ("wire/session.py", "from .. import contacts"),
        ("wire/session.py", "import voluptuous as vol"),
        ("wire/deep/er.py", "from ...contacts.grants import Level"),
        ("concentrator/house.py", "from ..remote.house import House"),
        ("concentrator/house.py", "def late():\n    from ..remote import house"),
        ("contacts/grants.py", "from ..concentrator import tree"),
        ("contacts/grants.py", "from custom_components.xmpp_iot.remote import house"),
        ("contacts/grants.py", "from .. import concentrator"),
        ("remote/house.py", "from ..contacts.grants import Level"),
        ("light.py", "from .concentrator.domains import DOMAINS"),
        ("entity.py", "from .contacts import grants"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    """An import across the table is named, wherever it stands and however it is spelt."""
    path = tmp_path / "xmpp_iot" / module
    path.parent.mkdir(parents=True)
    path.write_text(f'"""A module."""\n\n{line}\n')

    (found,) = rooms.violations(tmp_path / "xmpp_iot")

    assert f"{module}:" in found
    assert "must not import" in found


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("wire/session.py", "import asyncio, ssl\nfrom slixmpp import ClientXMPP"),
        ("wire/session.py", "from .model import NodeRef\nfrom . import tls"),
        ("concentrator/house.py", "from ..contacts.grants import Level"),
        (
            "concentrator/house.py",
            "from ..wire import model\nfrom ..const import DOMAIN",
        ),
        ("contacts/roster.py", "from homeassistant.core import callback"),
        ("light.py", "from .entity import XmppIotEntity"),
        ("config_flow.py", "from .contacts.grants import Level"),
        ("__init__.py", "from .concentrator.house import House"),
    ],
)
def test_an_allowed_import_is_not_found(tmp_path: Path, module: str, line: str) -> None:
    """What the table allows, and the front door, is left in peace."""
    path = tmp_path / "xmpp_iot" / module
    path.parent.mkdir(parents=True)
    path.write_text(f'"""A module."""\n\n{line}\n')

    assert rooms.violations(tmp_path / "xmpp_iot") == []


@pytest.mark.parametrize("suffix", [".py", ".js", ".sh", ""])
def test_a_long_file_is_found(tmp_path: Path, suffix: str) -> None:
    """A file of 401 lines is named, one of 400 is not, nor is a library of others."""
    folder = tmp_path / "tests"
    (library := folder / "node_modules").mkdir(parents=True)
    (folder / f"short{suffix}").write_text("pass\n" * 400)
    (folder / f"long{suffix}").write_text("pass\n" * 401)
    (library / f"theirs{suffix}").write_text("pass\n" * 401)

    (found,) = lengths.violations(tmp_path)

    assert f"long{suffix}: 401 lines" in found


@pytest.mark.usefixtures("node")
def test_a_javascript_file_that_cannot_be_read_is_found(tmp_path: Path) -> None:
    """A mistake of the second of two files is named, with its place."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "fine.js").write_text('import process from "node:process";\n')
    (tmp_path / "wrong.js").write_text("let twice;\nlet twice;\n")

    (found,) = javascript.violations(tmp_path)

    assert "wrong.js:2" in found
    assert "SyntaxError" in found
