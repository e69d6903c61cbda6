"""docs/ has a page for every command, and what comes from the program in it is that of the program.

`pytest tests/docs --update-golden` writes it; a command without a page gets one, to which a person adds examples.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .generated import DOCS, END, START, code_pages, commands, page_of, pages, rule_pages

PAGES = pages()
WHOLE = {**rule_pages(), **code_pages()}
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_generated_is_that_of_the_program(page: str, pytestconfig: pytest.Config) -> None:
    path, made = DOCS / page, PAGES[page]()
    if pytestconfig.getoption("--update-golden"):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# rolloutgen {path.stem.replace('-', ' ')}\n\n{START}{END}", encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        head, tail = text.split(START)[0], text.split(END)[1]
        path.write_text(head + START + made + END + tail, encoding="utf-8")
    assert path.exists(), f"there is no docs/{page}: pytest tests/docs --update-golden begins it"
    text = path.read_text(encoding="utf-8")
    assert text.split(START)[1].split(END)[0] == made, "pytest tests/docs --update-golden writes it"


def test_every_rule_and_code_has_its_page(pytestconfig: pytest.Config) -> None:
    folders = sorted({str(Path(page).parent) for page in WHOLE})
    if pytestconfig.getoption("--update-golden"):
        for folder in folders:
            (DOCS / folder).mkdir(parents=True, exist_ok=True)
            for old in (DOCS / folder).glob("*.md"):
                if f"{folder}/{old.name}" not in WHOLE:
                    old.unlink()
        for page, text in WHOLE.items():
            (DOCS / page).write_text(text, encoding="utf-8")
    there = {f"{folder}/{path.name}" for folder in folders for path in (DOCS / folder).glob("*.md")}
    assert there == WHOLE.keys(), "pytest tests/docs --update-golden writes and removes pages"
    stale = [page for page, text in WHOLE.items() if (DOCS / page).read_text(encoding="utf-8") != text]
    assert not stale, "pytest tests/docs --update-golden writes them"


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_the_page_of_a_command_shows_it_at_work(path: tuple[str, ...]) -> None:
    text = (DOCS / page_of(path)).read_text(encoding="utf-8")
    assert text.startswith(f"# rolloutgen {' '.join(path)}\n")
    assert f"rolloutgen {' '.join(path)}" in "".join(re.findall(r"```sh\n(.*?)```", text, re.S))


@pytest.mark.parametrize("page", WRITTEN)
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", text):
        assert (DOCS / page).parent.joinpath(target).resolve().exists(), target


def test_no_page_is_left_of_a_command_that_went() -> None:
    have = {path.name for path in (DOCS / "reference/commands").glob("*.md")}
    assert have == {Path(page_of(path)).name for path, _ in commands()}
