"""The picture of README.md: what a real conversion prints, drawn as a terminal. `--update-golden` draws it anew."""

from __future__ import annotations

import shutil
from html import escape
from itertools import takewhile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from rolloutgen.cli.group import group

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/images/convert.svg"
COMMAND = "rolloutgen convert explorer"
_WIDTH, _LINE, _CHARACTER, _PAD = 100, 19, 8.4, 18
_COLORS = {"converted": "#3fb950", "verified": "#3fb950", "warning": "#d29922", "added": "#8b949e", "edited": "#8b949e"}


def lines_of_a_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first lines that a conversion of the example prints."""
    shutil.copytree(ROOT / "examples/blockexplorer/before", folder / "explorer")
    shutil.copy(ROOT / "examples/blockexplorer/rolloutgen.yaml", folder)
    monkeypatch.chdir(folder)
    printed = CliRunner().invoke(group, ["convert", "explorer"], catch_exceptions=False).output
    report = takewhile(lambda line: not line.startswith("next:"), printed.splitlines())  # without the cutover
    return [line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..." for line in report]


def draw(lines: list[str]) -> str:
    """A terminal with a prompt and `lines`, as SVG with a title; nothing is loaded."""
    rows = [f"$ {COMMAND}", *lines]
    height = _PAD * 2 + 26 + _LINE * len(rows)
    width = round(_PAD * 2 + _WIDTH * _CHARACTER)
    texts = []
    for number, line in enumerate(rows):
        color = next((color for word, color in _COLORS.items() if word in line.split(":")[0] + line[:40]), "#e6edf3")
        y = _PAD + 26 + _LINE * (number + 1) - 5
        texts.append(f'<text x="{_PAD}" y="{y}" fill="{color}" xml:space="preserve">{escape(line)}</text>')
    dots = "".join(
        f'<circle cx="{_PAD + 6 + 20 * n}" cy="20" r="6" fill="{color}"/>'
        for n, color in enumerate(("#ff5f56", "#ffbd2e", "#27c93f"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>rolloutgen converts a chart</title>"
        f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>{dots}'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">'
        f"{''.join(texts)}</g></svg>\n"
    )


def test_the_picture_shows_a_real_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    drawn = draw(lines_of_a_run(tmp_path, monkeypatch))
    ElementTree.fromstring(drawn)
    if pytestconfig.getoption("--update-golden"):
        PICTURE.write_text(drawn, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == drawn, "pytest tests/docs --update-golden draws it anew"
    assert "converted" in drawn
