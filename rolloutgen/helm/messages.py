"""Helm's error text -> one readable RenderError: which template, which line, what is missing and who gives it."""

from __future__ import annotations

import re

from rolloutgen.errors import RenderError

_FRAME = re.compile(r"(?:^|[\s(])([\w.+-]+/[^\s:()\"<>]+):(\d+)(?::\d+)?")
_ASKED = re.compile(r"^execution error at \((\S+?):(\d+):\d+\): (.*)", re.DOTALL)
_AT = re.compile(r" at <(.*?)>:", re.DOTALL)
_NIL = re.compile(r"nil pointer evaluating (?:interface \{\}|[\w.*]+)\.(\w+)")
_NO_TEMPLATE = re.compile(r"(?:no template \"?([^\"\s]+)\"? associated|template:? \"([^\"]+)\" not defined)")
_SCHEMA = re.compile(r"values don't meet the specifications of the schema\(s\).*?:\n", re.DOTALL)
_NOISE = re.compile(r"^(?:Error: |INSTALLATION FAILED: |template: |error calling (?:include|tpl|fail|required): )+")
_MISSING = re.compile(r"found in Chart\.yaml, but missing in charts/ directory: (.*)")
_BROKEN = re.compile(r"^YAML parse error on ([^:]+): error (?:converting YAML to JSON: yaml: (?:line (\d+): )?(.*))?")
_BUILD = "Run `helm dependency build` first."
_MEND = "Mend the template at that line: no value helps."
_ENDLESS = "The define includes itself without end: give its include a condition that ends it."
_VALUES = "Give it with --values FILE or --set KEY=VALUE."


def readable(message: str, chart_name: str) -> RenderError:
    """The RenderError for what Helm said; paths are made relative to the chart's root. Nothing is raised."""
    message = message.strip().removeprefix("Error: ")
    asked = _ASKED.match(message)
    if asked:
        return RenderError(
            f"the chart asks for a value: {_one_line(asked[3])}",
            path=_relative(asked[1], chart_name),
            line=int(asked[2]),
            hint=_VALUES,
        )
    if _SCHEMA.search(message):
        return _schema(message, chart_name)
    missing = _MISSING.search(message)
    if missing:
        why = f"Chart.yaml names {missing[1].strip()}."
        return RenderError("a dependency is missing in charts/", path="Chart.yaml", why=why, hint=_BUILD)
    broken = _BROKEN.search(message)
    if broken:
        what = f"the template renders to broken YAML: {broken[3] or 'that is no object'}"
        return RenderError(what, path=_relative(broken[1], chart_name), line=int(broken[2] or 0) or None)
    frames = [(found[1], int(found[2])) for found in _FRAME.finditer(message) if "/templates/" in found[1]]
    path, line = frames[-1] if frames else ("", 0)
    return RenderError(
        _what(message),
        path=_relative(path, chart_name) or None,
        line=line or None,
        why=_included_from(frames, chart_name),
        hint=_hint(message),
    )


def _what(message: str) -> str:
    last = _last_line(message)
    expression = _expression(message)
    missing = _NIL.search(last)
    if missing:
        parent = _parent(expression, missing[1])
        return f"{parent or 'a value'} is not set, and the template reads {expression or '.' + missing[1]}"
    template = _NO_TEMPLATE.search(message)
    if template:
        return f"no template is called {template[1] or template[2]!r}"
    return f"Helm does not render it: {last}" + (f" (at {expression})" if expression and expression not in last else "")


def _hint(message: str) -> str:
    if "parse error at" in message or ": function " in message:
        return _MEND
    if "nested reference name" in message:
        return _ENDLESS
    if _NIL.search(message):
        return _VALUES
    if _NO_TEMPLATE.search(message):
        return "A dependency that Chart.yaml names is likely not in charts/: run `helm dependency build` first."
    if "expected string" in message or "invalid value" in message or "wrong type for value" in message:
        return "A value that the template needs may be missing. " + _VALUES
    return ""


def _schema(message: str, chart_name: str) -> RenderError:
    body = _SCHEMA.split(message)[-1]
    of_chart, _, faults = body.partition("\n")
    subchart = of_chart.strip().rstrip(":")
    path = "values.schema.json" if subchart in (chart_name, "") else f"charts/{subchart}/values.schema.json"
    return RenderError(f"the values do not meet the chart's schema: {_one_line(faults)}", path=path, hint=_VALUES)


def _expression(message: str) -> str:
    found = _AT.findall(message)
    return _one_line(found[-1]) if found else ""


def _parent(expression: str, field: str) -> str:
    """`.Values.a.b` for field c of `.Values.a.b.c`: what is missing."""
    chain = re.search(rf"(\$?(?:\.\w+)+)\.{re.escape(field)}\b", expression)
    return chain[1] if chain else ""


def _included_from(frames: list[tuple[str, int]], chart_name: str) -> str:
    if len(frames) < 2 or frames[0] == frames[-1]:
        return ""
    return f"Included from {_relative(frames[0][0], chart_name)}:{frames[0][1]}."


def _last_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    last = lines[-1] if lines else "no message"
    # Helm 3 writes the whole chain on one line: the cause is what follows the last call.
    for mark in ("error calling include: ", "error calling tpl: ", "error during tpl function execution for "):
        last = last.rsplit(mark, 1)[-1] or last
    if ">: " in last:
        last = last.rsplit(">: ", 1)[-1]
    return _one_line(_NOISE.sub("", last))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:297]}..."


def _relative(path: str, chart_name: str) -> str:
    return path.removeprefix(f"{chart_name}/")
