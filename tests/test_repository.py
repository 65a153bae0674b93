"""What hassfest and HACS would say about this repository, neither of which runs here."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
from typing import Any

from awesomeversion import AwesomeVersion
import pytest

from homeassistant.const import Platform
from homeassistant.util.yaml import parse_yaml
from scripts.support.javascript import CLIENT
from scripts.support.paths import COMPONENT, ROOT

MANIFEST: dict[str, Any] = json.loads((COMPONENT / "manifest.json").read_text())
LANGUAGES = sorted(path.stem for path in (COMPONENT / "translations").glob("*.json"))

# The keys that hassfest knows for a custom integration; any other is an error.
REQUIRED = {
    "codeowners", "documentation", "domain", "integration_type", "iot_class",
    "issue_tracker", "name", "requirements", "version",
}  # fmt: skip
OPTIONAL = {"after_dependencies", "config_flow", "dependencies", "loggers"}


def translation(language: str) -> dict[str, Any]:
    """Return all texts in a language."""
    text = (COMPONENT / "translations" / f"{language}.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def leaves(tree: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each leaf of nested dictionaries."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    else:
        yield path, str(tree)


def dictionaries(tree: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the content of each of nested dictionaries."""
    if isinstance(tree, dict):
        yield path, tree
        for key, value in tree.items():
            yield from dictionaries(value, f"{path}.{key}" if path else key)


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"{(\w+)}", text))


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield all modules of the component."""
    for path in sorted(COMPONENT.rglob("*.py")):
        yield path.relative_to(COMPONENT), ast.parse(path.read_text())


def test_the_manifest_has_the_keys_that_hassfest_knows_in_its_order() -> None:
    """Domain and name come first, the others by the alphabet, and none is unknown."""
    keys = list(MANIFEST)

    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert REQUIRED <= set(keys) <= REQUIRED | OPTIONAL


def test_the_manifest_says_what_is_true() -> None:
    """Domain, addresses and version are as HACS and Home Assistant want them."""
    assert MANIFEST["domain"] == COMPONENT.name
    assert MANIFEST["documentation"].startswith("https://")
    assert not MANIFEST["documentation"].startswith("https://www.home-assistant.io")
    assert MANIFEST["issue_tracker"].startswith("https://")
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    assert AwesomeVersion(MANIFEST["version"]).valid
    assert (COMPONENT / "config_flow.py").exists() is MANIFEST["config_flow"]


def test_requirements_are_pinned_and_tested_as_pinned() -> None:
    """What a house installs is what the tests ran with."""
    tested = (ROOT / "requirements_test.txt").read_text().split()

    for requirement in MANIFEST["requirements"]:
        assert "==" in requirement
        assert requirement in tested


def test_javascript_libraries_are_pinned_free_and_of_no_particular_registry() -> None:
    """Each has a version, a sum to check it by, and a licence like ours; none says whence."""
    text = (CLIENT / "package-lock.json").read_text()
    direct = json.loads((CLIENT / "package.json").read_text())["dependencies"]
    packages = {
        path.removeprefix("node_modules/"): package
        for path, package in json.loads(text)["packages"].items()
        if path
    }

    assert direct == {name: packages[name]["version"] for name in direct}
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        # (the oldest say it in their LICENSE only, which is MIT's)
        assert package.get("license", "MIT") in {"ISC", "MIT"}, name
        assert "hasInstallScript" not in package, name
    assert "://" not in text


def test_imported_components_are_dependencies() -> None:
    """A component of Home Assistant's that we import is set up before us, or is a platform.

    A platform's own module (`logbook.py`) may import the component it is for.
    """
    declared = {
        *MANIFEST.get("dependencies", ()),
        *MANIFEST.get("after_dependencies", ()),
        *(platform.value for platform in Platform),
    }
    for path, tree in modules():
        for node in ast.walk(tree):
            names = [
                *([node.module or ""] if isinstance(node, ast.ImportFrom) else ()),
                *((a.name for a in node.names) if isinstance(node, ast.Import) else ()),
            ]
            for name in names:
                if match := re.match(r"homeassistant\.components\.(\w+)", name):
                    assert match[1] in declared | {path.stem}, path


def test_hacs_finds_what_it_asks_for() -> None:
    """hacs.json has only known keys, and a licence and a README are there."""
    hacs = json.loads((ROOT / "hacs.json").read_text())

    assert set(hacs) == {"name", "homeassistant"}
    assert hacs["name"] == MANIFEST["name"]
    assert AwesomeVersion(hacs["homeassistant"]).valid
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    assert (ROOT / "README.md").exists()


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_the_icon_has_its_size_and_a_transparent_background(
    name: str, size: int
) -> None:
    """Home Assistant's rules for brand images hold."""
    header = (COMPONENT / "brand" / name).read_bytes()[:26]

    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, _depth, colour_type = struct.unpack(">IIBB", header[16:])
    assert (width, height) == (size, size)
    assert colour_type == 6  # red, green, blue, alpha


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    """Each text of the English translation is there, with the same placeholders."""
    english = dict(leaves(translation("en")))
    other = dict(leaves(translation(language)))

    assert other.keys() == english.keys()
    for path, text in other.items():
        assert text.strip() == text != "", path
        assert placeholders(text) == placeholders(english[path]), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain(language: str) -> None:
    """A custom integration has no references to texts of core's, and no HTML."""
    for path, text in leaves(translation(language)):
        assert "[%key" not in text, path
        assert not re.search(r"<[a-zA-Z/]", text), path


def test_every_form_field_is_described() -> None:
    """Each field of a form has a name and a description."""
    forms = [item for item in dictionaries(translation("en")) if "data" in item[1]]

    assert forms
    for path, form in forms:
        assert form["data"].keys() == form["data_description"].keys(), path


def test_every_raised_translation_key_is_translated() -> None:
    """An exception that names a text has one."""
    texts = translation("en").get("exceptions", {})
    for path, tree in modules():
        raised = (node for node in ast.walk(tree) if isinstance(node, ast.Raise))
        for node in (inner for outer in raised for inner in ast.walk(outer)):
            if not isinstance(node, ast.keyword) or node.arg != "translation_key":
                continue
            if isinstance(node.value, ast.Constant):
                assert node.value.value in texts, path


def test_services_have_texts_and_icons() -> None:
    """services.yaml, the translation and the icons name the same actions."""
    file = COMPONENT / "services.yaml"
    services = parse_yaml(file.read_text()) if file.exists() else {}
    assert isinstance(services, dict)
    icons = json.loads((COMPONENT / "icons.json").read_text())

    assert translation("en").get("services", {}).keys() == services.keys()
    assert icons.get("services", {}).keys() == services.keys()


def test_icons_are_of_what_exists() -> None:
    """Each section that has an icon is a section with a name."""
    icons = json.loads((COMPONENT / "icons.json").read_text())
    texts = dict(dictionaries(translation("en")))

    for path, icon in leaves(icons):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path
        if ".sections." in path:
            assert path in texts


def test_actions_are_pinned() -> None:
    """A workflow runs the code of others only as it was when somebody looked at it."""
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        for used in re.findall(r"uses: (.*)", workflow.read_text()):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # \S+", used)


def test_what_ci_runs_is_the_readme_s_command() -> None:
    """CI, the workflow and the README name the same one command."""
    readme = (ROOT / "README.md").read_text()
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()

    assert "exec scripts/test\n" in (ROOT / ".ci" / "run").read_text()
    assert "run: scripts/test\n" in workflow
    assert "scripts/test\n" in readme
    assert "scripts/demo\n" in readme
