"""No row of the list of what a validator must catch is forgotten; `covers` of each rule's cases names its rows.

The rows 1 to 87 are what the Rollouts controller, its CRD and its lint command check, or should; the named ones are
what nobody checks.
"""

from __future__ import annotations

from tests.lint.rules.rule_cases import covered

LINTED = (
    *range(1, 47),  # what `kubectl argo rollouts lint` applies
    52,
    *range(70, 82),
)
NUMBERED = range(1, 88)
NAMED = {
    "initial weights",
    "replicas against HPA",
    "dangling target",
    "preview leak",
    "host agreement",
    "credential",
    "DestinationRule",
    "canary scale trap",
    "several step kinds",
    "pause units",
    "route gaps",
    "dangling backend",
    "shared config",
    "analysis on no traffic",
    "unescaped args",
    "double scrape",
    "lost metrics",
    "wrong verbs",
    "deploy method",
    "null in a custom resource",
    "duplicate list keys",
    "pod template metadata",
    "third destination",
    "foreign TLS or TCP route",
    "Service of two workloads",
    "version in the pod template",
    "shared wildcard",
    "managed routes",
}


def test_every_row_has_a_rule() -> None:
    assert {row for rows in covered().values() for row in rows} == {*NUMBERED, *NAMED}
