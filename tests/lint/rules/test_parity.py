"""Which rule covers which row of the list of what a validator must catch; and that none is forgotten.

The rows 1 to 87 are what the Rollouts controller, its CRD and its lint command check, or should; the named ones are
what nobody checks.
"""

from __future__ import annotations

import pytest

from rolloutgen.lint.rule import Rule
from rolloutgen.registry import load

LINTED = (
    *range(1, 47),  # what `kubectl argo rollouts lint` applies
    52,
    *range(70, 82),
)

ROWS: dict[int | str, tuple[str, ...]] = {
    1: ("negative-number",),
    2: ("selector-missing",),
    3: ("selector-invalid",),
    4: ("selector-empty",),
    5: ("selector-invalid",),
    6: ("template-beside-workload-ref",),
    7: (
        "template-label-mismatch",
        "label-invalid",
        "restart-policy",
        "active-deadline",
        "containers-missing",
        "container-name",
        "image-missing",
        "container-port",
        "env-invalid",
        "probe-handler",
        "quantity-invalid",
        "request-above-limit",
        "volume-invalid",
        "mount-without-volume",
        "mount-path",
        "sleep-above-grace",
    ),
    8: ("negative-number",),
    9: ("negative-number",),
    10: ("negative-number",),
    11: ("progress-deadline",),
    12: ("strategy-missing",),
    13: ("two-strategies",),
    14: ("blue-green-same-service",),
    15: ("scale-down-limit",),
    16: ("anti-affinity-choice",),
    17: ("anti-affinity-weight",),
    18: ("no-surge-no-unavailable",),
    19: ("stable-is-canary",),
    20: ("ping-pong-router",),
    21: ("ping-pong-service-missing",),
    22: ("ping-pong-service-missing",),
    23: ("ping-is-pong",),
    24: ("ping-pong-root-service",),
    25: ("routing-service-missing",),
    26: ("routing-service-missing",),
    27: ("scale-down-delay-without-routing",),
    28: ("dynamic-stable-scale-without-routing",),
    29: ("dynamic-stable-scale-with-delay",),
    30: ("max-traffic-weight-router",),
    31: ("several-step-kinds",),
    32: ("empty-step",),
    33: ("step-weight-range",),
    34: ("pause-duration",),
    35: ("canary-scale-without-routing",),
    36: ("header-route-router",),
    37: ("header-match-value",),
    38: ("header-match-value",),
    39: ("mirror-route-router",),
    40: ("mirror-match-value",),
    41: ("managed-routes-missing",),
    42: ("route-not-managed",),
    43: ("experiment-weight-router",),
    44: ("experiment-weight-router",),
    45: ("analysis-arg-field",),
    46: ("unknown-field", "duplicate-key"),
    47: ("selector-carries-version",),
    48: ("workload-ref-kind",),
    49: ("workload-ref-missing",),
    50: ("schema",),
    51: ("service-missing",),
    52: ("service-selector-mismatch",),
    53: ("service-of-two-rollouts",),
    54: ("analysis-template-missing",),
    55: ("duplicate-metric-name",),
    56: ("analysis-arg-conflict",),
    57: ("analysis-arg-unresolved",),
    58: ("duplicate-metric-rule",),
    59: ("unknown-template-arg",),
    60: ("arg-value-and-source",),
    61: ("endless-analysis",),
    62: ("background-arg-missing",),
    63: ("metrics-missing", "metric-provider", "metric-limits", "metric-interval", "duplicate-metric-name"),
    64: ("ingress-choice",),
    65: ("ingress-choice",),
    66: ("ingress-missing",),
    67: ("ingress-without-stable",),
    68: ("virtual-service-choice",),
    69: ("virtual-service-missing",),
    70: ("virtual-service-without-routes",),
    71: ("virtual-service-without-routes",),
    72: ("http-route-missing",),
    73: ("several-unnamed-routes",),
    74: ("layer4-route-missing",),
    75: ("several-unnamed-routes",),
    76: ("layer4-route-missing",),
    77: ("several-unnamed-routes",),
    78: ("route-destination-missing",),
    79: ("route-destination-missing",),
    80: ("route-destination-missing",),
    81: ("route-destination-missing",),
    82: ("split-without-istio",),
    83: ("destination-rule-missing",),
    84: ("ambassador-mapping",),
    85: ("app-mesh-router",),
    86: ("dangling-target",),
    87: ("destination-rule-mismatch",),
    "initial weights": ("initial-weights",),
    "replicas against HPA": ("replicas-against-autoscaler",),
    "dangling target": ("dangling-target",),
    "preview leak": ("preview-leak",),
    "host agreement": ("host-outside-gateway", "host-without-certificate", "host-without-dns"),
    "credential": ("credential-without-certificate", "certificate-namespace", "shared-certificate"),
    "DestinationRule": ("destination-rule-mismatch",),
    "canary scale trap": ("canary-scale-trap",),
    "several step kinds": ("several-step-kinds",),
    "pause units": ("pause-duration",),
    "route gaps": ("destination-port-missing", "several-unnamed-routes", "route-past-split"),
    "dangling backend": ("dangling-backend",),
    "shared config": ("shared-config",),
    "analysis on no traffic": ("analysis-on-no-traffic",),
    "unescaped args": ("unescaped-args",),
    "double scrape": ("double-scrape",),
    "lost metrics": ("lost-metrics",),
    "wrong verbs": ("wrong-verbs",),
    "deploy method": ("deploy-method",),
    "null in a custom resource": ("null-in-custom-resource",),
    "duplicate list keys": ("duplicate-list-key",),
    "pod template metadata": ("template-metadata",),
    "third destination": ("third-destination",),
    "foreign TLS or TCP route": ("foreign-layer4-route",),
    "Service of two workloads": ("service-of-two-workloads",),
    "version in the pod template": ("version-in-pod-template",),
    "shared wildcard": ("shared-wildcard",),
    "managed routes": ("managed-route-of-user",),
}
BEYOND = {  # rules that no row asks for by name
    "container-unknown",
    "disk-written-by-many",
    "no-schema",
    "unused-suppression",
    "suppression-without-reason",
}


def test_no_row_is_forgotten() -> None:
    assert [row for row in ROWS if isinstance(row, int)] == list(range(1, 88))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_has_its_rules(row: int | str) -> None:
    there = set(load("rolloutgen.lint.rules", "RULE", Rule))
    assert set(ROWS[row]) <= there


def test_every_rule_answers_a_row() -> None:
    asked = {rule for rules in ROWS.values() for rule in rules}
    assert set(load("rolloutgen.lint.rules", "RULE", Rule)) - asked == BEYOND
