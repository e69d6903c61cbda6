"""Deployment -> Rollout: frame, strategy, replicas, nulls."""

from __future__ import annotations

from typing import Any

import pytest

from .builder import DEPLOYMENT, SERVICE, bodies, convert, edited, read, refusal


def rollout_of(*documents: str, **options: Any) -> Any:
    return bodies(convert(*documents, **options))["Rollout/web"]


def canary_of(*documents: str, **options: Any) -> Any:
    return rollout_of(*documents, **options)["spec"]["strategy"]["canary"]


def test_everything_but_kind_and_strategy_stays() -> None:
    extra = "  minReadySeconds: 5\n  revisionHistoryLimit: 3\n  progressDeadlineSeconds: 60\n  paused: true\n"
    body = rollout_of(DEPLOYMENT + extra)
    assert body == read(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web, tier: front}}
            spec:
              containers: [{name: web, image: "web:1.0"}]
          minReadySeconds: 5
          revisionHistoryLimit: 3
          progressDeadlineSeconds: 60
          paused: true
          strategy: {canary: {}}
        """
    )


def test_the_old_extensions_group_is_converted_too() -> None:
    assert "Rollout/web" in bodies(convert(edited(DEPLOYMENT, ("apps/v1", "extensions/v1beta1"))))


def test_a_missing_selector_is_refused() -> None:
    document = edited(DEPLOYMENT, ("  selector: {matchLabels: {app: web}}\n", ""), ("apps/v1", "extensions/v1beta1"))
    assert refusal(document).code == "selector-missing"


def test_a_deployment_of_another_site_stays() -> None:
    result = convert(DEPLOYMENT, sites=("templates/other.yaml#0",))
    assert list(bodies(result)) == ["Deployment/web"]
    assert result.changes == ()


def test_an_argo_workload_of_that_site_that_is_no_deployment_stays() -> None:
    result = convert(edited(DEPLOYMENT, ("kind: Deployment", "kind: StatefulSet")))
    assert list(bodies(result)) == ["StatefulSet/web"]


class TestStrategy:
    def test_routed_canary_names_services_and_route(self) -> None:
        steps = [{"setCanaryScale": {"replicas": 1}}, {"pause": {}}, {"setWeight": 50}]
        assert canary_of(DEPLOYMENT, SERVICE, rollout={"steps": steps}) == {
            "stableService": "web-stable",
            "canaryService": "web-canary",
            "trafficRouting": {"istio": {"virtualService": {"name": "web", "routes": ["primary"]}}},
            "steps": steps,
        }

    def test_without_a_service_steps_that_need_a_router_are_left_out(self) -> None:
        steps = [
            {"setCanaryScale": {"replicas": 1}},
            {"setHeaderRoute": {"name": "h"}},
            {"setMirrorRoute": {"name": "m"}},
            {"setWeight": 50},
        ]
        values = {"steps": steps, "canary": {"dynamicStableScale": True, "scaleDownDelaySeconds": 5, "analysis": {}}}
        assert canary_of(DEPLOYMENT, rollout=values) == {"steps": [{"setWeight": 50}], "analysis": {}}

    def test_no_step_left_leaves_no_list(self) -> None:
        assert canary_of(DEPLOYMENT, rollout={"steps": [{"setCanaryScale": {"replicas": 1}}]}) == {}

    @pytest.mark.parametrize("decision", [{"strategy": "basic"}, {"router": "none"}])
    def test_basic_or_without_a_router_the_service_stays_whole(self, decision: dict[str, Any]) -> None:
        result = convert(DEPLOYMENT, SERVICE, rollout={"steps": [{"setWeight": 20}]}, **decision)
        assert list(bodies(result)) == ["Rollout/web", "Service/web"]
        assert bodies(result)["Rollout/web"]["spec"]["strategy"] == {"canary": {"steps": [{"setWeight": 20}]}}

    def test_rolling_update_limits_carry_over_and_values_win(self) -> None:
        document = DEPLOYMENT + "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}\n"
        assert canary_of(document) == {"maxSurge": "25%", "maxUnavailable": 0}
        assert canary_of(document, rollout={"canary": {"maxSurge": 1, "maxUnavailable": None}}) == {
            "maxSurge": 1,
            "maxUnavailable": 0,
        }

    def test_where_the_source_has_a_strategy_only_that_sets_limits(self) -> None:
        document = DEPLOYMENT + "  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0}}\n"
        values = {"canary": {"maxSurge": 1, "maxUnavailable": 1, "abortScaleDownDelaySeconds": 9}}
        assert canary_of(document, rollout=values, carries=True) == {
            "maxUnavailable": 0,
            "abortScaleDownDelaySeconds": 9,
        }

    def test_a_null_limit_is_none(self) -> None:
        assert canary_of(DEPLOYMENT + "  strategy: {rollingUpdate: {maxSurge: null}}\n") == {}

    def test_values_do_not_override_what_the_conversion_writes(self) -> None:
        values = {"canary": {"stableService": "x", "steps": [{"setWeight": 1}], "abortScaleDownDelaySeconds": 9}}
        canary = canary_of(DEPLOYMENT, SERVICE, rollout=values)
        assert (canary["stableService"], canary["abortScaleDownDelaySeconds"]) == ("web-stable", 9)
        assert "steps" not in canary

    def test_managed_routes_by_name_or_as_maps(self) -> None:
        canary = canary_of(DEPLOYMENT, SERVICE, rollout={"managedRoutes": ["header", {"name": "mirror"}]})
        assert canary["trafficRouting"]["managedRoutes"] == [{"name": "header"}, {"name": "mirror"}]

    def test_recreate_is_refused_unless_forced(self) -> None:
        document = DEPLOYMENT + "  strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}\n"
        assert refusal(document).code == "recreate-strategy"
        assert canary_of(document, force_recreate=True) == {}

    def test_blue_green_switches_two_services_without_istio(self) -> None:
        document = DEPLOYMENT + "  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}\n"
        values = {"blueGreen": {"autoPromotionEnabled": False}, "steps": [{"setWeight": 5}]}
        result = convert(document, SERVICE, rollout=values, strategy="blue-green", router="none")
        assert list(bodies(result)) == ["Rollout/web", "Service/web-active", "Service/web-preview"]
        assert bodies(result)["Rollout/web"]["spec"]["strategy"] == {
            "blueGreen": {
                "maxUnavailable": 1,
                "autoPromotionEnabled": False,
                "activeService": "web-active",
                "previewService": "web-preview",
            }
        }

    def test_blue_green_without_a_service_is_refused(self) -> None:
        assert refusal(DEPLOYMENT, strategy="blue-green").code == "blue-green-needs-service"


class TestNulls:
    def cleaned(self, pod: str) -> Any:
        document = edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod))
        return rollout_of(document)["spec"]["template"]["spec"]

    def test_null_fields_are_absent(self) -> None:
        pod = "{volumes: null, affinity: {podAffinity: null}, containers: [{name: web, env: [{name: A, value: null}]}]}"
        document = edited(DEPLOYMENT, ('\n      containers: [{name: web, image: "web:1.0"}]', f" {pod}"))
        assert rollout_of(document)["spec"]["template"]["spec"] == {
            "affinity": {},
            "containers": [{"name": "web", "env": [{"name": "A"}]}],
        }

    def test_nulls_in_maps_of_strings_are_empty_strings(self) -> None:
        assert self.cleaned("nodeSelector: {disk: null, zone: a}") == {"nodeSelector": {"disk": "", "zone": "a"}}
        document = edited(DEPLOYMENT, ("{app: web, tier: front}", "{app: web, tier: null}"))
        assert rollout_of(document)["spec"]["template"]["metadata"] == {"labels": {"app": "web", "tier": ""}}

    def test_a_null_map_of_strings_is_absent(self) -> None:
        assert self.cleaned("nodeSelector: null") == {}

    @pytest.mark.parametrize(
        "pod",
        [
            "containers: [{name: web, args: [null]}]",
            "containers: [null]",
            "containers: [{name: web, resources: {limits: {cpu: null}}}]",
            "containers: [{name: web, resources: {requests: {cpu: null}}}]",
            "overhead: {cpu: null}",
        ],
    )
    def test_a_null_in_a_list_or_as_a_quantity_is_refused(self, pod: str) -> None:
        document = edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod))
        assert refusal(document).code == "null-in-list"

    def test_a_resource_list_that_is_null_as_a_whole_is_absent(self) -> None:
        assert self.cleaned("containers: [{name: web, resources: {limits: null}}]") == {
            "containers": [{"name": "web", "resources": {}}]
        }

    def test_fields_that_a_rollout_does_not_declare_go(self) -> None:
        document = edited(
            DEPLOYMENT,
            ("metadata: {name: web}", "status: {}\nmetadata: {name: web, creationTimestamp: null}"),
            ("metadata: {labels:", "metadata: {name: x, namespace: y, creationTimestamp: null, labels:"),
        )
        body = rollout_of(document)
        assert body["metadata"] == {"name": "web"}
        assert body["spec"]["template"]["metadata"] == {"labels": {"app": "web", "tier": "front"}}
        assert "status" not in body


class TestListKeys:
    def by(self, pod: str) -> str:
        return refusal(edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod))).code

    def test_duplicates_are_refused(self) -> None:
        assert self.by("containers: [{name: w, env: [{name: A, value: a}, {name: A, value: b}]}]") == (
            "duplicate-list-keys"
        )
        assert self.by("initContainers: [{name: w, env: [{name: A}, {name: A}]}]") == "duplicate-list-keys"
        assert self.by("imagePullSecrets: [{name: a}, {name: a}]") == "duplicate-list-keys"

    def test_tcp_is_a_ports_default(self) -> None:
        assert self.by("containers: [{name: w, ports: [{containerPort: 53}, {containerPort: 53, protocol: TCP}]}]") == (
            "duplicate-list-keys"
        )

    def test_one_number_in_two_protocols_and_one_name_in_two_containers_are_fine(self) -> None:
        ports = "[{containerPort: 53, protocol: UDP}, {containerPort: 53}]"
        pod = f"containers: [{{name: a, env: [{{name: A}}], ports: {ports}}}, {{name: b, env: [{{name: A}}]}}]"
        rollout_of(edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', pod)))


def hpa(spec: str) -> str:
    target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    head = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
    return f"{head}spec: {{{target}, {spec}}}\n"


def keda(spec: str) -> str:
    head = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web}\n"
    return f"{head}spec: {{scaleTargetRef: {{name: web}}, {spec}}}\n"


class TestReplicas:
    @pytest.mark.parametrize(
        ("autoscaler", "given", "expected"),
        [
            (hpa("minReplicas: 3, maxReplicas: 6"), None, 3),
            (hpa("maxReplicas: 6"), None, 1),
            (hpa("minReplicas: 3, maxReplicas: 6"), 1, 3),
            (hpa("minReplicas: 3, maxReplicas: 6"), 4, 4),
            (hpa("minReplicas: 3, maxReplicas: 6"), 9, 6),
            (hpa("minReplicas: 0, maxReplicas: 6"), 0, 1),
            (keda("minReplicaCount: 0"), None, 1),
            (keda("maxReplicaCount: 2"), 9, 2),
            (keda("minReplicaCount: 2"), 200, 100),
        ],
    )
    def test_within_the_autoscalers_bounds(self, autoscaler: str, given: int | None, expected: int) -> None:
        body = rollout_of(DEPLOYMENT, autoscaler, rollout={"replicas": given})
        assert body["spec"]["replicas"] == expected

    def test_without_an_autoscaler_the_workload_keeps_its_own(self) -> None:
        assert rollout_of(DEPLOYMENT, rollout={"replicas": 7})["spec"]["replicas"] == 2
        assert "replicas" not in rollout_of(edited(DEPLOYMENT, ("  replicas: 2\n", "")))["spec"]

    def test_an_autoscaler_of_another_workload_or_namespace_does_not_count(self) -> None:
        other = edited(
            hpa("minReplicas: 5, maxReplicas: 6"), ("kind: Deployment, name: web", "kind: Deployment, name: db")
        )
        away = edited(
            hpa("minReplicas: 5, maxReplicas: 6"), ("metadata: {name: web}", "metadata: {name: web, namespace: x}")
        )
        result = convert(DEPLOYMENT, other, away)
        assert bodies(result)["Rollout/web"]["spec"]["replicas"] == 2
        assert result.objects[1:] == tuple(m for m in result.objects if m.ref.kind == "HorizontalPodAutoscaler")
        assert all(m.body["spec"]["scaleTargetRef"]["kind"] == "Deployment" for m in result.objects[1:])
