"""The texts of `rolloutgen explain`: refusals, findings, reasons of edits.

What `rolloutgen explain ID` says about a rule, and the table of all rules.
"""

from __future__ import annotations

import difflib
import textwrap
from dataclasses import dataclass

from rolloutgen.errors import UsageError
from rolloutgen.lint.lint import rules
from rolloutgen.lint.rule import Example
from rolloutgen.model import Severity


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the table of rules."""

    code: str
    severity: Severity
    summary: str


def table() -> tuple[RuleRow, ...]:
    """All rules in order of id."""
    return tuple(RuleRow(plugin.code, plugin.value.severity, plugin.doc.summary) for plugin in rules().values())


def explain(rule_id: str) -> str:
    """The text about one rule: the fault, why it matters, the way out, where it is known from, examples.

    Raises UsageError for an id that no rule has, naming the nearest ones.
    """
    known = rules()
    if rule_id not in known:
        near = difflib.get_close_matches(rule_id, known, n=3)
        hint = f"Did you mean {', '.join(near)}?" if near else "`rolloutgen rules` lists them."
        raise UsageError(f"there is no rule {rule_id!r}", hint=hint)
    plugin = known[rule_id]
    doc = plugin.doc
    parts = [f"{plugin.code} ({plugin.value.severity})", doc.summary]
    parts += [_wrapped(name, body) for name, body in (("Why", doc.why), ("Fix", doc.fix), ("Source", doc.source))]
    if plugin.value.bad:
        for title, example in (("Wrong", plugin.value.bad), ("Right", plugin.value.good)):
            parts.append(f"{title}:\n{textwrap.indent(shown(example), '    ')}")
    parts.append(f"Page: docs/reference/rules/{plugin.code}.md")
    return "\n\n".join(parts) + "\n"


def _wrapped(name: str, body: str) -> str:
    return textwrap.fill(f"{name}: {body}", 100, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def shown(example: str | Example) -> str:
    """An example of a rule as text: its objects, its files by name, its deployer."""
    if isinstance(example, str):
        return example.strip()
    texts = [example.text.strip()] if example.text else []
    texts += [f"# {path}\n{content.strip()}" for path, content in {**example.sources, **example.files}.items()]
    texts += [f"# deployer: {example.deployer}"] if example.deployer else []
    return "\n".join(texts)
