"""Plugins of a package that a test writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rolloutgen.registry import PluginError, load

DOC = '"""The fault.\n\nWhy: because.\nFix: so.\nSource: here.\n"""\n'
BODY = "from tests.test_registry import Thing\nTHING = Thing({code!r})\n"


class Thing:
    def __init__(self, code: str) -> None:
        self.code = code


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / f"plugins_of_{request.node.name.replace('[', '_').replace(']', '')}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_modules_are_found_by_their_names(package: Path) -> None:
    (package / "b_thing.py").write_text(DOC + BODY.format(code="b-thing"))
    (package / "a_thing.py").write_text(DOC + BODY.format(code="a-thing"))
    found = load(package.name, "THING", Thing)
    assert list(found) == ["a-thing", "b-thing"]
    assert found["a-thing"].doc.fix == "so."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (DOC, "no THING"),
        (DOC + "THING = 1\n", "no THING"),
        (DOC + BODY.format(code="another"), "does not fit"),
        ('"""The fault.\n\nWhy: because.\n"""\n' + BODY.format(code="a-thing"), "Fix, Source"),
        (BODY.format(code="a-thing"), "lacks"),
    ],
    ids=["none", "type", "name", "parts", "doc"],
)
def test_a_plugin_that_is_not_whole_is_an_error(package: Path, text: str, reason: str) -> None:
    (package / "a_thing.py").write_text(text)
    with pytest.raises(PluginError, match=reason):
        load(package.name, "THING", Thing)


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    early = "[name for name in sys.modules if name.startswith(('rolloutgen.lint.rules', 'json'))]"
    code = f"import sys, rolloutgen.lint.run_rules; print({early})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
