"""Reviews as text, Markdown, JSON and HTML: what is in them, what cannot get into them, how long they get."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from rolloutgen.convert.cutover.plan import CutoverStep
from rolloutgen.diff.result import Field, Object, Review
from rolloutgen.model import Diagnostic, Ref
from rolloutgen.report.diff_markdown import LIMIT, marker_of
from rolloutgen.report.formats import format_reviews

NASTY = "</details><script>alert(1)</script> `x` @team #12 | **bold** [a](http://e) ``` <!-- -->"
NASTY_REF = Ref("", NASTY, "", NASTY)


def thing(name: str = "web", diff: str = "", **more: object) -> Object:
    field = Field("spec.replicas", (1,), (2,))
    text = diff or "--- before\n+++ after\n@@ -1 +1 @@\n-replicas: 1\n+replicas: 2\n"
    return Object("changed", "Rollout", name, "", "templates/r.yaml", fields=(field,), diff=text, **more)  # type: ignore[arg-type]


def review(path: str = "charts/web", objects: tuple[Object, ...] = (), **more: object) -> Review:
    message = "starts a canary: image of `web` `a` -> `b`"
    found = (Diagnostic("starts-canary", "info", message, ref=Ref("", "Rollout", "", "web")),)
    given = {"diagnostics": found, **more}
    return Review(path, "web", "changed", "main (1a2b3c4)", ("1.0.0", "1.1.0"), objects=objects or (thing(),),
                  value_sets=("defaults",), **given)  # type: ignore[arg-type]  # fmt: skip


def test_the_text_has_meaning_above_the_fields() -> None:
    shown = format_reviews("text", [review()])
    assert shown.index("starts a canary: image of web a -> b [starts-canary]") < shown.index("spec.replicas: 1 -> 2")
    assert shown.startswith("charts/web 1.0.0 -> 1.1.0: objects: 1 changed\n")
    assert shown.rstrip().endswith("more: rolloutgen explain starts-canary")


def test_a_text_of_several_lines_is_shown_as_its_own_diff() -> None:
    field = Field("data.conf", ("a\nb\nc\n",), ("a\nB\nc\n",))
    shown = format_reviews("text", [review(objects=(Object("changed", "ConfigMap", "web", "", "t", fields=(field,)),))])
    assert "        -b\n        +B\n" in shown


def test_markdown_begins_with_the_marker_by_which_a_bot_finds_its_comment() -> None:
    assert format_reviews("markdown", [review()]).startswith("<!-- rolloutgen diff -->\n")
    assert format_reviews("markdown", [review()], marker="prod --> x").startswith("<!-- rolloutgen diff prod-x -->\n")
    assert marker_of("a") not in format_reviews("markdown", [review()], marker="ab")


def test_nothing_that_a_chart_renders_becomes_markup_in_markdown() -> None:
    line = Diagnostic("starts-canary", "warning", f"image of `{NASTY.replace('`', '')}` {NASTY}", ref=NASTY_REF)
    shown = format_reviews(
        "markdown", [review(NASTY, (thing(NASTY, NASTY),), diagnostics=(line,), notes=(NASTY,), fault=NASTY)]
    )
    outside = re.sub(r"(`{3,})[a-z]*\n.*?\n\1\n", "", shown, flags=re.S)  # fenced blocks show what they hold
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", outside)  # and so does code
    assert "<script" not in outside and "@team" not in outside and "#12" not in outside
    assert outside.count("<details>") == outside.count("</details>")
    in_markdown = "\n".join(line for line in outside.splitlines() if not line.startswith("<details>"))
    assert "**bold**" not in in_markdown


def test_markdown_is_cut_clearly_and_meaning_is_kept() -> None:
    long = "--- before\n+++ after\n" + "".join(f"+line {number}\n" for number in range(3000))
    shown = format_reviews("markdown", [review(objects=(thing("small"), *(thing(f"big-{n}", long) for n in range(5))))])
    assert len(shown) <= LIMIT
    assert "Cut here" in shown and "Rollout/big-4" in shown and "starts a canary" in shown
    assert shown.count("```diff") == shown.count("\n```\n")
    assert shown.count("<details>") == shown.count("</details>")


@pytest.mark.parametrize("limit", [500, 2000, 20_000])
def test_many_charts_stay_within_any_limit(limit: int) -> None:
    reviews = [review(f"charts/app-{number}") for number in range(200)]
    shown = format_reviews("markdown", reviews, limit=limit)
    assert len(shown) <= limit
    assert "200 charts" in shown.splitlines()[1]
    assert shown.count("```diff") == shown.count("\n```\n")


@pytest.mark.parametrize("limit", range(3000, 40_000, 1700))
def test_what_is_cut_is_said_and_every_chart_is_named(limit: int) -> None:
    bad = Diagnostic("does-not-render", "error", "does not render any more")
    reviews = [
        review(f"charts/app-{n}", tuple(thing(f"t-{m}", "+x\n" * 50) for m in range(6)), code=int(n == 29),
               **({"diagnostics": (bad,)} if n == 29 else {}))
        for n in range(30)
    ]  # fmt: skip
    shown = format_reviews("markdown", reviews, limit=limit)
    assert len(shown) <= limit
    assert [f"charts/app-{n}" in shown for n in range(30)] == [True] * 30
    assert shown.count("<details>") == shown.count("</details>")
    assert "does not render any more" in shown  # what is worst is not cut first
    assert "Cut" in shown and shown.rstrip().endswith("tells more about a line.")
    assert "Not shown" in shown or "only the first line" in shown


def test_a_large_object_is_no_flood_in_text() -> None:
    fields = tuple(Field(f"data.k{number}", (1,), (2,)) for number in range(1000))
    shown = format_reviews("text", [review(objects=(Object("changed", "ConfigMap", "web", "", "t", fields=fields),))])
    assert shown.count("data.k") == 60 and "and 940 more fields" in shown


def test_json_leaves_out_what_was_not_there_and_keeps_null() -> None:
    fields = (Field("a", (), (None,)), Field("b", (None,), ()))
    shown = json.loads(
        format_reviews("json", [review(objects=(Object("changed", "Rollout", "web", "", "t", fields=fields),))])
    )
    assert shown["charts"][0]["objects"][0]["fields"] == [{"path": "a", "after": None}, {"path": "b", "before": None}]


class Outline(HTMLParser):
    """Start tags with their attributes, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (self.open, tag)
        self.open.pop()


def test_html_is_whole_has_no_script_and_loads_nothing() -> None:
    cutover = (("Helm 3", (CutoverStep(NASTY, (NASTY,), NASTY),)),)
    line = Diagnostic("starts-canary", "warning", NASTY, ref=NASTY_REF)
    things = (thing(NASTY, f"--- before\n+++ after\n+{NASTY}\n"),)
    nasty = review(NASTY, things, diagnostics=(line,), notes=(NASTY,), fault=NASTY, cutover=cutover)
    page = format_reviews("html", [nasty, review("other")])
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    names = {tag for tag, _ in outline.tags}
    assert not names & {"script", "img", "iframe", "object", "form", "base"}
    for tag, attributes in outline.tags:
        assert not any(name.startswith("on") for name in attributes)
        target = attributes.get("src") or attributes.get("href") or "#"
        assert target.startswith(("#", "data:,")), (tag, target)
    assert "prefers-color-scheme: dark" in page and "width=device-width" in page


def test_labels_of_the_version_are_counted_not_listed() -> None:
    objects = (thing(), *(thing(f"x{n}", minor=True) for n in range(4)))
    for name in ("text", "markdown", "html"):
        assert "of the chart's version" in format_reviews(name, [review(objects=objects)]).replace("&#x27;", "'")
    assert len(json.loads(format_reviews("json", [review(objects=objects)]))["charts"][0]["objects"]) == 5


def test_no_chart_changed() -> None:
    assert format_reviews("text", []) == "no chart changed\n"
    assert "no chart changed" in format_reviews("markdown", [])
    assert "no chart changed" in format_reviews("html", [])
    assert json.loads(format_reviews("json", [])) == {"version": 1, "charts": []}
