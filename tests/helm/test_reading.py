"""What crosses the pipe between the worker and the process that asked."""

from __future__ import annotations

import marshal

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.errors import RenderError
from rolloutgen.helm import reading
from rolloutgen.helm.native import RawRender
from rolloutgen.helm.reading import Heard, Reader

POD = "kind: Pod\nmetadata: {name: %s}\n"


def raw(**texts: str) -> RawRender:
    return RawRender({f"web/templates/{name}.yaml": text for name, text in texts.items()}, {"a": len(texts)})


def sent(reader: Reader, render: RawRender, chart: str = "web") -> bytes:
    return marshal.dumps(reader.read(chart, render))


def test_a_render_arrives_as_it_was() -> None:
    files, objects, values = Heard().told(marshal.loads(sent(Reader(), raw(a=POD % "x", b=POD % "v"))))
    assert files == {"templates/a.yaml": POD % "x", "templates/b.yaml": POD % "v"}
    assert objects == parse_rendered(files)
    assert values == {"a": 2}


def test_what_renders_alike_is_sent_once_and_is_one_body() -> None:
    reader, heard = Reader(), Heard()
    first, second = sent(reader, raw(a=POD % "x", b=POD % "v")), sent(reader, raw(a=POD % "x", b=POD % "z"))
    assert b"{name: x}" in first and b"{name: x}" not in second and b"{name: z}" in second
    _, before, _ = heard.told(marshal.loads(first))
    files, after, _ = heard.told(marshal.loads(second))
    assert after == parse_rendered(files)
    assert before[0].body is after[0].body
    assert (before[1].ref.name, after[1].ref.name) == ("v", "z")


def test_both_ends_forget_with_the_next_chart_also_when_its_first_render_fails() -> None:
    reader, heard = Reader(), Heard()
    heard.told(marshal.loads(sent(reader, raw(a=POD % "x"))))
    with pytest.raises(RenderError):
        reader.read("other", RawRender({"other/templates/a.yaml": "a: ["}, {}))
    answer = reader.read("other", RawRender({"other/templates/a.yaml": POD % "x"}, {}))
    assert answer[0], "the other end is told to forget"
    _, objects, _ = heard.told(answer)
    assert objects[0].ref.name == "x"
    assert len(heard._known) == 2, "the text and the body, and nothing of the chart before"


def test_a_chart_that_renders_to_very_much_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_REMEMBERED", 10)
    reader, heard = Reader(), Heard()
    for name in "xvx":
        _, objects, _ = heard.told(marshal.loads(sent(reader, raw(a=POD % name))))
        assert objects[0].ref.name == name
        assert len(heard._known) == 2
