"""What `rolloutgen explain` and the documentation say about rules, refusals, findings and reasons of edits."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rolloutgen import goyaml
from rolloutgen.errors import UsageError
from rolloutgen.lint.rule import Example
from rolloutgen.lint.run_rules import rules
from rolloutgen.model import Severity

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Explained:
    """One code in words: the cause, its consequence, and the correction; `bad` and `good` show the construct."""

    what: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""


@cache
def _read(name: str) -> Mapping[str, Explained]:
    body = goyaml.load((_HERE / name).read_text(encoding="utf-8"))
    assert isinstance(body, dict)
    return {code: Explained(**fields) for code, fields in body.items()}


REFUSALS = _read("refusals.yaml")
FINDINGS = _read("findings.yaml")

# Which texts are (also) those of `validate`, by id.
IN_CHECKS: Mapping[str, Literal["only", "also"]] = {
    "dependency-left-out": "also",
    "dependency-missing": "also",
    "does-not-render": "also",
    "no-object": "only",
    "not-readable": "also",
    "second-opinion": "only",
    "too-much": "also",
}

# Why an edit is made: `convert --explain` and `explain` print these.
REASONS: Mapping[str, str] = {
    "rollout": "apiVersion and kind become those of a Rollout; the pod template does not change",
    "own-body": "another kind includes the same body, so the Rollout includes a copy of its own",
    "lines": "the keys of a flow mapping (or JSON) get lines of their own, because a strategy needs a line",
    "selector": "a Rollout needs a selector, which extensions/v1beta1 derived from the pod labels",
    "strategy": "the strategy of the Rollout: steps from values, and the Services and routes that share the traffic",
    "analysis": "an AnalysisTemplate checks the success rate and the p99 latency of the new version",
    "subscriptions": "annotations for the notification channels in values",
    "config-version": "the name of a ConfigMap or Secret gets a hash of its content, so that old pods keep theirs",
    "replicas": "the replicas beside an autoscaler: the live number, within the bounds of the autoscaler",
    "autoscaler": "the autoscaler scales the Rollout",
    "service": "the traffic Service becomes two: one for the stable and one for the canary version",
    "service-reference": "a reference to the old Service names the stable Service",
    "destination-rule": "a copy of the DestinationRule applies its traffic policy to the canary Service",
    "virtual-service": "each route to the Service gets two weighted destinations; the controller changes the weights",
    "split": "a file with several documents becomes one file for each kind",
    "public-hosts": "the route and Gateway of the chart use the hosts in values where a list is given",
    "gateway-set": "Gateway, VirtualService, DNSEndpoint and Certificates for a group of hosts",
    "null-field": "a key without a body moves into the condition of its body: a custom resource must not have nulls",
    "values": "the block that configures how a new version is rolled out; the rest of the file does not change",
    "environment": "the block of one environment, where it differs from values.yaml",
    "chart-version": "the version of the chart increases, with an entry that describes the change",
    "notes": "NOTES.txt shows the commands for this Rollout",
    "record": "the chosen options, so that a second run changes nothing",
    "helpers": "names and conditions that several templates share",
    "base-path": "a template that is included by its path is included by its new path",
    "rename": "the file is named after its new content; git shows a rename",
}


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
