"""The Rollouts whose updates are watched. `pause: {}` stands wherever pods and weights are to be looked at."""

from __future__ import annotations

from .updates import Case


def _steps(*steps: str) -> str:
    """Canary steps in YAML's flow style, each followed by a pause without an end."""
    return "[" + ", ".join(f"{{{step}}}, {{pause: {{}}}}" for step in steps) + "]"


def _basic(replicas: int, steps: str, more: str = "") -> str:
    return f"replicas: {replicas}\nstrategy: {{canary: {{steps: {steps}{more and ', ' + more}}}}}"


def _routed(replicas: int, steps: str, more: str = "") -> str:
    istio = "istio: {virtualService: {name: web, routes: [primary]}}"
    services = "stableService: stable, canaryService: canary"
    # dynamicStableScale and scaleDownDelaySeconds exclude each other
    given = "scaleDownDelaySeconds" in more.replace("abortScaleDownDelaySeconds", "") or "dynamicStableScale" in more
    quick = "" if given else "scaleDownDelaySeconds: 4, "
    fields = f"{services}, {quick}trafficRouting: {{{istio}}}, steps: {steps}{more and ', ' + more}"
    return f"replicas: {replicas}\nstrategy: {{canary: {{{fields}}}}}"


def _nginx(replicas: int, steps: str, more: str = "", most: int = 100) -> str:
    routing = f"trafficRouting: {{maxTrafficWeight: {most}, nginx: {{stableIngress: web}}}}"
    fields = f"stableService: stable, canaryService: canary, scaleDownDelaySeconds: 4, {routing}, steps: {steps}"
    return f"replicas: {replicas}\nstrategy: {{canary: {{{fields}{more and ', ' + more}}}}}"


def _blue_green(replicas: int, more: str) -> str:
    services = "activeService: active, previewService: preview"
    return f"replicas: {replicas}\nstrategy: {{blueGreen: {{{services}, {more}}}}}"


_W = "setWeight: {}".format
_SCALE = "setCanaryScale: {{{}}}".format
_WAITS = "autoPromotionEnabled: false"

CASES = {
    "odd-replicas": Case(_basic(7, _steps(_W(10), _W(33), _W(50), _W(75)), "maxSurge: 25%, maxUnavailable: 25%")),
    "surge-only": Case(_basic(5, _steps(_W(20), _W(40), _W(60), _W(100)), "maxSurge: 1, maxUnavailable: 0")),
    "unavailable-only": Case(_basic(9, _steps(_W(15), _W(50), _W(85)), "maxSurge: 0, maxUnavailable: 30%")),
    "both-round-to-zero": Case(_basic(3, _steps(_W(34), _W(50)), "maxSurge: 0, maxUnavailable: 10%")),
    "one-pod-no-surge": Case(_basic(1, _steps(_W(50), _W(90)), "maxSurge: 0, maxUnavailable: 1")),
    "one-pod": Case(_basic(1, _steps(_W(1), _W(50)))),
    "zero-and-hundred": Case(_basic(10, _steps(_W(0), _W(100)))),
    "there-and-back": Case(_basic(15, _steps(_W(60), _W(20), _W(0)), "maxSurge: 50%, maxUnavailable: 1")),
    "no-steps": Case(_basic(6, "[]", "maxSurge: 2, maxUnavailable: 0")),
    "percent-without-sign": Case(_basic(8, _steps(_W(30)), 'maxSurge: "50", maxUnavailable: "0"')),
    "basic-abort": Case(_basic(10, _steps(_W(20), _W(50))), abort=1, follow=12),
    "basic-abort-tight": Case(_basic(5, _steps(_W(60)), "maxSurge: 0, maxUnavailable: 1"), abort=0, follow=12),
    "scale-in-flight": Case(_basic(4, _steps(_W(25), _W(50))), scale=(1, 9)),
    "routed": Case(_routed(10, _steps(_W(5), _W(25), _W(33), _W(100)))),
    "routed-odd": Case(_routed(7, _steps(_W(10), _W(50), _W(20)))),
    "scale-pods": Case(_routed(6, _steps(_SCALE("replicas: 1"), _W(50), _SCALE("matchTrafficWeight: true"), _W(80)))),
    "scale-weight": Case(_routed(9, _steps(_SCALE("weight: 25"), _W(5), _W(60)))),
    "scale-beyond": Case(_routed(3, _steps(_SCALE("replicas: 5"), _W(10)))),
    "weight-without-pods": Case(_routed(5, _steps(_SCALE("replicas: 0"), _W(30), _SCALE("replicas: 2")))),
    "weight-zero": Case(_routed(5, _steps(_W(0), _W(100), _W(0)))),
    "min-pods": Case(_routed(10, _steps(_W(5), _W(50), _SCALE("replicas: 1")), "minPodsPerReplicaSet: 3")),
    "min-pods-above-replicas": Case(_routed(2, _steps(_W(10)), "minPodsPerReplicaSet: 5")),
    "dynamic": Case(_routed(10, _steps(_W(20), _W(55), _W(100)), "dynamicStableScale: true")),
    "dynamic-odd": Case(_routed(7, _steps(_W(33), _W(66), _W(10)), "dynamicStableScale: true")),
    "dynamic-min-pods": Case(
        _routed(10, _steps(_W(5), _W(95), _W(100)), "dynamicStableScale: true, minPodsPerReplicaSet: 2")
    ),
    "dynamic-scale": Case(
        _routed(8, _steps(_SCALE("replicas: 2"), _W(25), _SCALE("weight: 75"), _W(50)), "dynamicStableScale: true")
    ),
    "routed-scale-in-flight": Case(_routed(4, _steps(_W(25), _W(50))), scale=(1, 10)),
    "routed-abort": Case(_routed(6, _steps(_W(20), _W(50)), "abortScaleDownDelaySeconds: 4"), abort=1),
    "routed-abort-scaled": Case(_routed(6, _steps(_SCALE("replicas: 2"), _W(50))), abort=1, follow=36),
    "abort-never": Case(
        _routed(6, _steps(_SCALE("replicas: 1"), _SCALE("replicas: 3"), _W(50)), "abortScaleDownDelaySeconds: 0"),
        abort=2,
    ),
    "abort-never-unscaled": Case(_routed(6, _steps(_W(20), _W(50)), "abortScaleDownDelaySeconds: 0"), abort=1),
    "abort-very-late": Case(_routed(6, _steps(_W(50)), "abortScaleDownDelaySeconds: 1000"), abort=0),
    "dynamic-abort": Case(_routed(10, _steps(_W(20), _W(50), _W(80)), "dynamicStableScale: true"), abort=2),
    "dynamic-abort-delay": Case(
        _routed(10, _steps(_W(20), _W(60)), "dynamicStableScale: true, abortScaleDownDelaySeconds: 4"),
        abort=1,
        follow=12,
    ),
    "old-pods-stay": Case(_routed(4, _steps(_W(50)), "scaleDownDelaySeconds: 0")),
    "no-old-revisions": Case(_routed(4, _steps(_W(50)), "scaleDownDelayRevisionLimit: 0")),
    "threshold": Case(
        _routed(10, _steps(_W(50)), "replicaProgressThreshold: {type: Percent, value: 50}"),
    ),
    "threshold-never": Case(
        _routed(10, "[{setWeight: 20}, {pause: {}}]", "replicaProgressThreshold: {type: Pods, value: 5}"),
        stuck=0,
    ),
    "autoscaled": Case(_basic(2, _steps(_W(30), _W(60))), scaler="{minReplicas: 5, maxReplicas: 9}"),
    "experiment": Case(
        _routed(
            8,
            "[{setWeight: 10}, {pause: {}}, {experiment: {duration: 6s, templates: "
            "[{name: base, specRef: stable, replicas: 2}, {name: new, specRef: canary, weight: 5}]}}, "
            "{setWeight: 40}, {pause: {}}]",
        )
    ),
    "analysis": Case(
        _routed(4, "[{setWeight: 25}, {analysis: {templates: [{templateName: smoke}]}}, {pause: {}}, {setWeight: 75}]")
    ),
    "header-route": Case(
        _routed(
            4,
            "[{setCanaryScale: {replicas: 1}}, {setHeaderRoute: {name: test, match: [{headerName: x-canary, "
            "headerValue: {exact: 'yes'}}]}}, {pause: {}}, {setWeight: 50}, {pause: {}}]",
        ).replace("trafficRouting: {", "trafficRouting: {managedRoutes: [{name: test}], ")
    ),
    "green-analyses": Case(
        _blue_green(
            3,
            f"{_WAITS}, previewReplicaCount: 1, scaleDownDelaySeconds: 4, prePromotionAnalysis: {{templates: "
            "[{templateName: smoke}]}, postPromotionAnalysis: {templates: [{templateName: smoke}]}",
        )
    ),
    "preview-one": Case(_blue_green(5, f"{_WAITS}, previewReplicaCount: 1, scaleDownDelaySeconds: 4")),
    "preview-full": Case(_blue_green(4, "autoPromotionSeconds: 3, scaleDownDelaySeconds: 4")),
    "preview-more": Case(_blue_green(3, f"{_WAITS}, previewReplicaCount: 5, scaleDownDelaySeconds: 4")),
    "preview-none": Case(_blue_green(3, f"{_WAITS}, previewReplicaCount: 0, scaleDownDelaySeconds: 4")),
    "switch-at-once": Case(_blue_green(3, "scaleDownDelaySeconds: 4")),
    "blue-stays": Case(_blue_green(3, "scaleDownDelaySeconds: 0")),
    "green-abort": Case(_blue_green(4, f"{_WAITS}, abortScaleDownDelaySeconds: 4"), abort=0),
    "green-abort-preview": Case(
        _blue_green(6, f"{_WAITS}, previewReplicaCount: 2, abortScaleDownDelaySeconds: 4"), abort=0
    ),
    "green-abort-never": Case(_blue_green(4, f"{_WAITS}, abortScaleDownDelaySeconds: 0"), abort=0),
    # What the house's steps do: matchTrafficWeight before any weight takes the one pod away again.
    "match-before-weight": Case(
        _routed(4, _steps(_SCALE("replicas: 1"), _SCALE("matchTrafficWeight: true"), _W(10), _W(50)))
    ),
    "match-before-weight-abort": Case(
        _routed(4, _steps(_SCALE("replicas: 1"), _SCALE("matchTrafficWeight: true"), _W(10))), abort=1, follow=36
    ),
    "abort-first-pod": Case(_routed(4, _steps(_SCALE("replicas: 1"), _W(50))), abort=0, follow=36),
    "abort-without-canary": Case(_routed(4, "[{pause: {}}, {setWeight: 50}]"), abort=0, follow=36),
    "basic-abort-without-canary": Case(_basic(4, "[{pause: {}}, {setWeight: 50}]"), abort=0),
    "scale-weight-above": Case(_routed(10, _steps(_SCALE("weight: 100"), _W(1), _SCALE("weight: 1"), _W(99)))),
    "scale-weight-zero": Case(_routed(4, _steps(_SCALE("weight: 0"), _W(50), _SCALE("matchTrafficWeight: true")))),
    "routed-one": Case(_routed(1, _steps(_W(1), _W(99)))),
    "routed-three": Case(_routed(3, _steps(_W(33), _W(34), _W(67)))),
    "routed-surge-ignored": Case(_routed(5, _steps(_W(30), _W(70)), "maxSurge: 0, maxUnavailable: 1")),
    "routed-no-steps": Case(_routed(4, "[]")),
    "routed-none": Case(_routed(0, _steps(_W(50)))),
    "basic-none": Case(_basic(0, _steps(_W(50)))),
    "basic-everything-at-once": Case(_basic(4, _steps(_W(25), _W(75)), "maxSurge: 100%, maxUnavailable: 100%")),
    "basic-large": Case(_basic(40, _steps(_W(1), _W(13), _W(99)), "maxSurge: 10%, maxUnavailable: 5%")),
    "basic-surge-above": Case(_basic(3, _steps(_W(33), _W(66)), "maxSurge: 10, maxUnavailable: 0")),
    "basic-with-services": Case(
        _basic(6, _steps(_W(20), _W(70)), "stableService: stable, canaryService: canary, maxSurge: 1")
    ),
    "basic-abort-surge": Case(
        _basic(8, _steps(_W(25), _W(75)), "maxSurge: 50%, maxUnavailable: 0"), abort=1, follow=12
    ),
    "basic-min-pods": Case(_basic(6, _steps(_W(10)), "minPodsPerReplicaSet: 3")),
    "routed-autoscaled": Case(_routed(2, _steps(_W(10), _W(60))), scaler="{minReplicas: 6, maxReplicas: 9}"),
    "dynamic-one": Case(_routed(1, _steps(_W(50), _W(100)), "dynamicStableScale: true")),
    "dynamic-no-steps": Case(_routed(4, "[]", "dynamicStableScale: true")),
    "dynamic-match": Case(
        _routed(
            6,
            _steps(_SCALE("replicas: 1"), _SCALE("matchTrafficWeight: true"), _W(30), _W(80)),
            "dynamicStableScale: true",
        )
    ),
    "dynamic-scale-abort": Case(
        _routed(8, _steps(_SCALE("replicas: 6"), _W(50)), "dynamicStableScale: true"), abort=1, follow=12
    ),
    "dynamic-abort-full": Case(_routed(5, _steps(_W(40), _W(100)), "dynamicStableScale: true"), abort=1, follow=12),
    "dynamic-abort-never": Case(
        _routed(6, _steps(_W(50)), "dynamicStableScale: true, abortScaleDownDelaySeconds: 0"), abort=0, follow=36
    ),
    "dynamic-min-pods-abort": Case(
        _routed(6, _steps(_W(20), _W(70)), "dynamicStableScale: true, minPodsPerReplicaSet: 2"), abort=1, follow=12
    ),
    "dynamic-threshold": Case(
        _routed(
            8,
            _steps(_W(25), _W(75)),
            "dynamicStableScale: true, replicaProgressThreshold: {type: Percent, value: 80}",
        )
    ),
    "min-pods-abort": Case(
        _routed(6, _steps(_W(5), _W(30)), "minPodsPerReplicaSet: 3, abortScaleDownDelaySeconds: 4"), abort=0
    ),
    "mirror-route": Case(
        _routed(
            4,
            "[{setCanaryScale: {weight: 25}}, {setMirrorRoute: {name: copy, percentage: 50, match: [{method: "
            "{exact: GET}}]}}, {pause: {}}, {setMirrorRoute: {name: copy}}, {setWeight: 50}, {pause: {}}]",
        ).replace("trafficRouting: {", "trafficRouting: {managedRoutes: [{name: copy}], ")
    ),
    "background-analysis": Case(
        _routed(4, _steps(_W(25), _W(75)), "analysis: {templates: [{templateName: smoke}], startingStep: 1}")
    ),
    "green-none": Case(_blue_green(0, f"{_WAITS}, scaleDownDelaySeconds: 4")),
    "green-one": Case(_blue_green(1, f"{_WAITS}, scaleDownDelaySeconds: 4")),
    "green-preview-promotes": Case(
        _blue_green(5, "autoPromotionSeconds: 3, previewReplicaCount: 2, scaleDownDelaySeconds: 4")
    ),
    "green-no-old-revisions": Case(_blue_green(3, f"{_WAITS}, scaleDownDelayRevisionLimit: 0")),
    "green-autoscaled": Case(
        _blue_green(2, f"{_WAITS}, previewReplicaCount: 1, scaleDownDelaySeconds: 4"),
        scaler="{minReplicas: 4, maxReplicas: 9}",
    ),
    "nginx": Case(_nginx(10, _steps(_W(5), _W(50), _W(100)))),
    "nginx-of-1000": Case(_nginx(10, _steps(_W(5), _W(250), _W(1000)), most=1000)),
    "nginx-of-1000-abort": Case(_nginx(8, _steps(_W(500)), "abortScaleDownDelaySeconds: 4", most=1000), abort=0),
}
