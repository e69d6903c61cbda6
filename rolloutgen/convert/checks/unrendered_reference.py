"""A branch that no value set renders names the Service or the Deployment that is gone.

Why: What is verified is what some value set renders. This branch is none of that, and its text still means the old
    name: under the values that take the branch, it leads nowhere.
Fix: Give values that take the branch with --value-set NAME=FILE, so that it is converted and verified, or edit it.
Source: The marks of branches in the renders before the conversion, and the text of the new chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.lexer import lex
from rolloutgen.gotemplate.template_text import find_pieces, pieces_of
from rolloutgen.kube.references import keys_above_names
from rolloutgen.kube.release import DEPLOYMENT, SERVICE
from rolloutgen.model import Observation

_FIELD = re.compile(r"^\s*(?:-\s+)?[\"']?([\w.-]+)[\"']?\s*:\s*(\S.*)$")
_ADDRESSES = re.compile(
    r"(?i)^(?:.*host|.*service|.*servicename|service-name|.*upstream|.*address|.*ur[li]|.*endpoint|value)$"
)
_BEHIND_NAME = ("", ".", ":", "/", "'", '"', " ")
_DEPLOYMENT = re.compile(r"^\s*(?:-\s+)?kind:\s*[\"']?Deployment[\"']?\s*$")


def _places(context: CheckContext) -> Iterator[Observation]:
    names = _old_names(context)
    reported: set[tuple[str, int]] = set()
    for branch in context.coverage.not_rendered:
        text = context.before.text(branch.path)
        lines = text.splitlines()
        last = text.count("\n", 0, branch.body.end) + 1
        for number in range(branch.line + 1, min(last, len(lines)) + 1):
            what = _named(lines, number, names)
            if not what or (branch.path, number) in reported:
                continue
            reported.add((branch.path, number))
            path, line = context.after_line(branch.path, number)
            if line:  # else it was edited: the line is another one now
                message = f"no value set renders this line, which still names {what}"
                yield Observation(None, (), message, path=path, line=line)


def _old_names(context: CheckContext) -> dict[tuple[str | Expr, ...], str]:
    """The names of Services that got another one, as pieces of text, and how the Service is called."""
    found: dict[tuple[str | Expr, ...], str] = {}
    for workload in context.survey.workloads:
        for service in workload.services if workload.decision.service_names == "suffix" else ():
            text = service.value("metadata", "name").strip("\"'")
            if text:
                found[pieces_of(text)] = f"the Service of {service.source.path}:{service.line}"
    return found


def _named(lines: list[str], number: int, names: Mapping[tuple[str | Expr, ...], str]) -> str:
    """What one line refers to, "" where it refers to nothing that is gone."""
    line = lines[number - 1]
    if _DEPLOYMENT.match(line):
        return "a Deployment" if _parent(lines, number) in keys_above_names(DEPLOYMENT) else ""
    field = _FIELD.match(line)
    if field is None or not (
        _ADDRESSES.match(field[1]) or (field[1] == "name" and _parent(lines, number) in keys_above_names(SERVICE))
    ):
        return ""
    return next((what for name, what in names.items() if _is_address(field[2], name)), "")


def _is_address(value: str, name: Sequence[str | Expr]) -> bool:
    """Whether a text has the name where an address has one."""
    try:
        actions = lex(value)
    except ChartError:
        return False
    span = next(find_pieces(value, actions, name), None)
    return span is not None and value[span.end :][:1] in _BEHIND_NAME and value[: span.start][-1:] not in ("-", "}")


def _parent(lines: list[str], number: int) -> str:
    """The key above a line that is less indented."""
    indent = _indent(lines[number - 1])
    for line in reversed(lines[: number - 1]):
        key = re.match(r"^\s*(?:-\s+)?([\w.-]+)\s*:\s*(?:#.*|\{\{.*)?$", line)
        if key and _indent(line) < indent + lines[number - 1].lstrip().startswith("-"):
            return key[1]
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


CHECK = Check(code="unrendered-reference", severity="warning", files=_places)
