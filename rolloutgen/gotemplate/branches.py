"""The branches of a chart's templates, and marks by which a render shows which of them it went through.

A mark prints nothing: it is an assignment that puts the branch's number into `.Release`, which Helm shares between all
templates of one render. One more template, which Helm renders last, lists the numbers in a comment. A define sees
`.Release` where its argument is the root or holds it, directly or one level down; in other defines marks stay silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.clauses import opening_clause, read_clause
from rolloutgen.gotemplate.lexer import Action, Block, LexedTemplate
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.model import Rendered
from rolloutgen.text_edits import Edit, Span, apply_edits

_TEXTS = (".yaml", ".yml", ".txt", ".tpl")
_PREFIX = "rg-branch-"
_LIST = "templates/!rg-branches.yaml"  # Helm renders the shallowest and, of those, the first name at last
_HELPERS = "templates/_rg-branches.tpl"
_NUMBER = re.compile(rf"{_PREFIX}(\d+)")
_MARK = '{{- define "rg.branch" -}}\n' + (
    "{{- $number := index . 0 -}}{{- $argument := index . 1 -}}\n"
    '{{- $maps := list "map[string]interface {}" "chartutil.Values" "common.Values" -}}\n'
    "{{- $inside := list $argument -}}\n"
    '{{- if kindIs "slice" $argument -}}{{- $inside = $argument -}}'
    "{{- else if has (typeOf $argument) $maps -}}\n"
    '{{- if not (hasKey $argument "Release") -}}{{- if lt (len $argument) 40 -}}'
    "{{- $inside = values $argument -}}{{- end -}}{{- end -}}{{- end -}}\n"
    "{{- range $one := $inside -}}{{- if has (typeOf $one) $maps -}}{{- $release := $one.Release -}}\n"
    '{{- if eq (typeOf $release) "map[string]interface {}" -}}'
    f'{{{{- $_ := set $release (printf "{_PREFIX}%d" $number) 1 -}}}}{{{{- end -}}}}{{{{- end -}}}}{{{{- end -}}}}\n'
    "{{- end -}}\n"
)
_LISTED = (
    "# {{ range $key, $_ := .Release }}"
    f'{{{{ if hasPrefix "{_PREFIX}" $key }}}}{{{{ $key }}}} {{{{ end }}}}{{{{ end }}}}\n'
)


@dataclass(frozen=True, slots=True)
class Branch:
    """One body of an if, with or range, or of an `else` of those.

    `path` and `line` are those of its opening action, `code` is the text of that action, `body` what stands in it.
    `define` is the name of the define around it, "" outside. `number` counts the branches of the chart.
    """

    number: int
    path: str
    line: int
    code: str
    body: Span
    define: str = ""


def find_branches(sources: Sources) -> tuple[Branch, ...]:
    """Every branch of the chart's own templates in order of file and place.

    Those of NOTES.txt deploy nothing. What cannot be rendered is left out: branches that always fail, that stand in a
    define which nothing calls, or that a field of Chart.yaml decides.
    """
    called = _called_defines(sources)
    found = [
        (source, block, index)
        for path, source in sorted(sources.files.items())
        if not path.endswith("NOTES.txt")
        for block in source.template.blocks
        if block.keyword in ("if", "with", "range")
        for index, body in enumerate(block.bodies())
        if not _fails(source.template, body) and not _is_decided(sources.chart, source, block, index)
    ]
    placed = ((one, _define_at(one[0], one[1].span.start)) for one in found)
    known = [(one, name) for one, name in placed if not name or called is None or name in called]
    return tuple(_branch(number, *one, name) for number, (one, name) in enumerate(known))


def _branch(number: int, source: Source, block: Block, index: int, define: str) -> Branch:
    opener = block.openers[index]
    code = opener.inner.of(source.text).strip()
    return Branch(number, source.path, source.line(opener.span.start), code, block.bodies()[index], define)


def _define_at(source: Source, offset: int) -> str:
    names = [name for name, define in source.template.defines() if define.span.start < offset < define.span.end]
    return names[-1] if names else ""


def _called_defines(sources: Sources) -> frozenset[str] | None:
    """The defines that the templates reach; None where a name is put together at some call."""
    calls: dict[str, set[str]] = {}
    for source in sources.files.values():
        for action in source.template.actions:
            if action.keyword == "comment":
                continue
            words = read_clause(action.inner.of(source.text)).expr.tokens()
            called = [behind for word, behind in pairwise(words) if word.text in ("include", "template")]
            if any(word.kind != "text" for word in called):
                return None
            names = {word.text[1:-1] for word in called}
            calls.setdefault(_define_at(source, action.span.start), set()).update(names)
    reached: set[str] = set()
    waiting = list(calls.get("", ()))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += calls.get(name, ())
    # A subchart, or a values file through `tpl`, may call the others.
    own = {name for source in sources.files.values() for name, _ in source.template.defines()}
    elsewhere = "\n".join(
        data.decode("utf-8", "replace")
        for path, data in sources.chart.files.items()
        if path not in sources.files
        and (path.startswith("charts/") or path.endswith((".yaml", ".yml", ".txt", ".tpl")))
    )
    return frozenset(reached | {name for name in own - reached if name in elsewhere})


def _is_decided(chart: Chart, source: Source, block: Block, index: int) -> bool:
    """Whether a field of Chart.yaml keeps the branch from ever being rendered."""
    base, names = opening_clause(block, 0, source.template).expr.path()
    if block.keyword == "range" or base.kind not in ("dot", "root") or len(names) != 2 or names[0] != "Chart":
        return False
    name = names[1][0].lower() + names[1][1:]
    return bool(chart.metadata.get(name)) == (index > 0)


def _fails(template: LexedTemplate, body: Span) -> bool:
    """Whether what stands in `body` calls `fail` under no further condition."""
    depth = 0
    for action in template.actions_in(body):
        if action.keyword in ("if", "with", "range", "define", "block"):
            depth += 1
        elif action.keyword == "end":
            depth -= 1
        elif not depth and action.keyword == "output":
            code = read_clause(action.inner.of(template.text)).expr
            if code.is_call("fail") or code.first.is_call("fail"):
                return True
    return False


def mark_branches(sources: Sources, branches: Iterable[Branch]) -> Mapping[str, list[Edit]]:
    """The edits, by file, that put a mark at the beginning of each branch."""
    edits: dict[str, list[Edit]] = {}
    for branch in branches:
        source = sources.files[branch.path]
        opener = _ending_at(source.template, branch.body.start)
        call = (
            f'include "rg.branch" (list {branch.number} $)'
            if branch.define
            else f'set $.Release "{_PREFIX}{branch.number}" 1'
        )
        close = " -}}" if opener.trim_right else "}}"  # what follows is trimmed by the mark instead
        place = Span(branch.body.start, branch.body.start)
        edits.setdefault(branch.path, []).append(Edit(place, f"{{{{ $rg := {call}{close}", "mark"))
    return edits


def _ending_at(template: LexedTemplate, offset: int) -> Action:
    return next(action for action in template.actions if action.span.end == offset)


def with_branch_list(chart: Chart) -> Chart:
    """The chart with the templates that the marks need."""
    return chart.with_files({_LIST: _LISTED.encode(), _HELPERS: _MARK.encode()})


def take_marks(rendered: Rendered) -> tuple[Rendered, frozenset[int]]:
    """The render as if there were no marks, and the numbers of the branches that it went through."""
    text = rendered.files.get(_LIST)
    if text is None:
        return rendered, frozenset()
    files = {path: said for path, said in rendered.files.items() if path != _LIST}
    return rendered._replace(files=files), frozenset(int(number) for number in _NUMBER.findall(text))


def fail_branches(sources: Sources, branches: Iterable[Branch]) -> Chart:
    """The chart in which each of these branches fails with its number: a render names the first that it reaches."""
    edits: dict[str, list[Edit]] = {}
    for branch in branches:
        place = Span(branch.body.start, branch.body.start)
        edits.setdefault(branch.path, []).append(Edit(place, f'{{{{ fail "{_PREFIX}{branch.number}." }}}}', "mark"))
    changed = {path: apply_edits(sources.files[path].text, found).encode() for path, found in edits.items()}
    return sources.chart.with_files(changed)


def failed_branch(message: str) -> int | None:
    """The number of the branch at which a render of `fail_branches` ended, None where it ended for another reason."""
    found = _NUMBER.search(message)
    return int(found[1]) if found else None


def lines_of(branch: Branch, sources: Sources) -> Iterator[int]:
    """The lines of the branch's text, its opening action's first."""
    source = sources.files[branch.path]
    yield from range(branch.line, source.line(branch.body.end) + 1)
