"""Who else names the old Service: found where an address or a Service stands, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen.convert.repository_references import scan


def lines(folder: Path, *names: str, **options: list[str]) -> list[tuple[str, int]]:
    return [(Path(f.path).relative_to(folder).as_posix(), f.line) for f in scan(str(folder), names, **options)]


@pytest.mark.parametrize(
    "text",
    [
        "url: http://web/api",
        "url: http://web:8080/api",
        "DATABASE=web:5432",
        "host: web.shop.svc.cluster.local",
        'addr: "web.{{ .Release.Namespace }}.svc"',
        "serviceName: web",
        'service: "web"',
        "upstream = web;",
    ],
)
def test_an_address_of_the_service_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "values.yaml").write_text(f"# nothing here\n{text}\n")
    assert lines(tmp_path, "web") == [("values.yaml", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "name: web",
        "image: registry/web:1234",
        "url: http://web-api/",
        "url: http://other.web/",
        "serviceName: webhook",
        "path: /web/index",
        "app: web",
    ],
)
def test_another_meaning_of_the_word_is_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "values.yaml").write_text(f"{text}\n")
    assert lines(tmp_path, "web") == []


def test_a_star_stands_for_the_name_of_a_release(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("url: http://shop-web/\nurl: http://web/\nurl: http://website/\n")
    assert lines(tmp_path, "*-web") == [("a.yaml", 1), ("a.yaml", 2)]


def test_a_name_that_is_only_the_release_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("url: http://anything/\n")
    assert lines(tmp_path, "*") == []


def test_the_chart_itself_links_and_what_is_no_configuration_are_passed_over(tmp_path: Path) -> None:
    for folder in ("chart", "other", ".git", "node_modules"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text("url: http://web/\n")
    (tmp_path / "big.yaml").write_text("url: http://web/\n" + "# x\n" * 300_000)
    (tmp_path / "photo.png").write_bytes(b"http://web/")
    (tmp_path / "latin.yaml").write_bytes(b"url: http://web/ \xe9\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "other" / "a.yaml")
    assert lines(tmp_path, "web", leave_out=[str(tmp_path / "chart")]) == [("other/a.yaml", 1)]
