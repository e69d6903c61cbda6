"""The traffic Service becomes two; which Service that is; names and their limits."""

from __future__ import annotations

import pytest

from rolloutgen.kube.naming import certificate_name, preview_host, short, track_names

from .builder import DEPLOYMENT, SERVICE, WORKLOAD_SITE, bodies, convert, edited, read, refusal

BUSY = """
apiVersion: v1
kind: Service # rg-site:templates/service.yaml#0
metadata:
  name: web
  labels: {app: web}
  annotations: {external-dns.alpha.kubernetes.io/hostname: shop.example.org, keep: this, nothing: null}
spec:
  type: LoadBalancer
  clusterIP: 10.0.0.7
  clusterIPs: [10.0.0.7]
  loadBalancerIP: 192.0.2.1
  loadBalancerClass: fast
  loadBalancerSourceRanges: [10.0.0.0/8]
  externalIPs: [192.0.2.9]
  externalTrafficPolicy: Local
  healthCheckNodePort: 30001
  allocateLoadBalancerNodePorts: true
  sessionAffinity: ClientIP
  internalTrafficPolicy: null
  ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]
  selector: {app: web}
"""


def test_stable_is_the_service_under_a_new_name_and_canary_a_plain_copy() -> None:
    found = bodies(convert(DEPLOYMENT, BUSY))
    assert found["Service/web-stable"] == {**read(BUSY), "metadata": {**read(BUSY)["metadata"], "name": "web-stable"}}
    assert found["Service/web-canary"] == read(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web-canary, labels: {app: web}, annotations: {keep: this, nothing: null}}
        spec:
          sessionAffinity: ClientIP
          internalTrafficPolicy: null
          ports: [{name: http, port: 80, targetPort: http}]
          selector: {app: web}
        """
    )
    assert "Service/web" not in found


def test_annotations_that_only_named_hosts_leave_no_empty_map() -> None:
    service = edited(SERVICE, ("labels:", "annotations: {external-dns.alpha.kubernetes.io/ttl: '60'}, labels:"))
    assert "annotations" not in bodies(convert(DEPLOYMENT, service))["Service/web-canary"]["metadata"]


def test_the_canary_names_no_type_because_without_one_it_is_a_cluster_ip() -> None:
    assert "type" not in bodies(convert(DEPLOYMENT, SERVICE))["Service/web-canary"]["spec"]


def test_keep_leaves_the_old_name_on_the_stable_service() -> None:
    result = convert(DEPLOYMENT, SERVICE, service_names="keep")
    assert [str(manifest.ref) for manifest in result.objects] == [
        "Rollout/web",
        "Service/web",
        "Service/web-canary",
        "VirtualService/web",
    ]
    canary = bodies(result)["Rollout/web"]["spec"]["strategy"]["canary"]
    assert (canary["stableService"], canary["canaryService"]) == ("web", "web-canary")
    assert not [change for change in result.changes if str(change.ref) == "Service/web"]


@pytest.mark.parametrize(
    ("name", "stable", "canary"),
    [
        ("web", "web-stable", "web-canary"),
        ("a" * 63, "a" * 56 + "-stable", "a" * 56 + "-canary"),
        # The cut falls on a dash: one goes, as with sprig's trimSuffix, and no second one.
        ("a" * 55 + "-" + "b" * 7, "a" * 55 + "-stable", "a" * 55 + "-canary"),
        ("a" * 54 + "--" + "b" * 7, "a" * 54 + "--stable", "a" * 54 + "--canary"),
    ],
)
def test_names_fit_into_63_characters(name: str, stable: str, canary: str) -> None:
    assert track_names(name, "canary", "suffix") == (stable, canary)
    assert max(len(stable), len(canary)) <= 63
    found = bodies(convert(DEPLOYMENT, edited(SERVICE, ("name: web,", f"name: {name},"))))
    assert {f"Service/{stable}", f"Service/{canary}"} < set(found)


def test_blue_green_names_fit_too() -> None:
    assert track_names("a" * 63, "blue-green", "suffix") == ("a" * 56 + "-active", "a" * 55 + "-preview")
    assert track_names("web", "blue-green", "keep") == ("web", "web-preview")


def test_names_that_differ_only_behind_the_cut_stay_different() -> None:
    front, back = (track_names(f"{'a' * 50}-shop-{end}", "canary", "suffix", hashed=True) for end in ("front", "back"))
    assert len({*front, *back}) == 4
    assert front[0].removesuffix("-stable") == front[1].removesuffix("-canary") == f"{'a' * 47}-999ab7d0"
    assert track_names("a" * 56, "canary", "suffix", hashed=True) == ("a" * 56 + "-stable", "a" * 56 + "-canary")


def test_other_names() -> None:
    assert short("ab-", 3) == "ab"
    assert preview_host("app.example.org") == "app-preview.example.org"
    assert certificate_name("prod", "*.example.org") == "prod-wildcard.example.org"


class TestChoice:
    def test_a_service_that_selects_other_pods_is_not_split(self) -> None:
        result = convert(DEPLOYMENT, edited(SERVICE, ("selector: {app: web}", "selector: {app: db}")))
        assert list(bodies(result)) == ["Rollout/web", "Service/web"]

    def test_neither_is_one_without_selector_of_another_site_or_in_another_namespace(self) -> None:
        bare = edited(SERVICE, ("  selector: {app: web}\n", ""))
        elsewhere = edited(SERVICE, ("service.yaml#0", "metrics.yaml#0"), ("name: web,", "name: metrics,"))
        away = edited(SERVICE, ("name: web,", "name: web, namespace: staging,"))
        for service in (bare, elsewhere, away):
            assert not [ref for ref in bodies(convert(DEPLOYMENT, service)) if ref.endswith("-canary")]

    def test_the_releases_own_namespace_written_out_is_the_same(self) -> None:
        service = edited(SERVICE, ("name: web,", "name: web, namespace: prod,"))
        found = bodies(convert(DEPLOYMENT, service))
        assert found["Service/web-canary"]["metadata"]["namespace"] == "prod"
        assert found["VirtualService/web"]["metadata"]["namespace"] == "prod"

    def test_of_several_the_one_with_the_workloads_name_is_taken(self) -> None:
        other = edited(SERVICE, ("name: web,", "name: web-admin,"))
        assert list(bodies(convert(DEPLOYMENT, other, SERVICE))) == [
            "Rollout/web",
            "Service/web-admin",
            "Service/web-stable",
            "Service/web-canary",
            "VirtualService/web",
        ]

    def test_several_without_that_name_are_refused_and_listed(self) -> None:
        one, two = (edited(SERVICE, ("name: web,", f"name: {name},")) for name in ("front", "back"))
        found = refusal(DEPLOYMENT, one, two)
        assert found.code == "ambiguous-service"
        assert "front" in found.why and "back" in found.why

    def test_null_labels_and_selectors_are_empty_strings(self) -> None:
        workload = edited(DEPLOYMENT, ("tier: front", "tier: null"))
        service = edited(SERVICE, ("selector: {app: web}", 'selector: {app: web, tier: ""}'))
        assert "Service/web-canary" in bodies(convert(workload, service))


class TestOtherPods:
    def other(self, kind: str) -> str:
        return edited(
            DEPLOYMENT, (WORKLOAD_SITE, "x#0"), ("kind: Deployment", f"kind: {kind}"), ("{name: web}", "{name: b}")
        )

    @pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "Rollout"])
    def test_a_service_of_two_workloads_is_refused(self, kind: str) -> None:
        found = refusal(DEPLOYMENT, SERVICE, self.other(kind))
        assert found.code == "service-of-two-workloads"
        assert f"{kind}/b" in found.why

    def test_two_deployments_of_one_range_behind_one_service_are_refused(self) -> None:
        second = edited(DEPLOYMENT, ("metadata: {name: web}", "metadata: {name: web-2}"))
        assert refusal(DEPLOYMENT, second, SERVICE).code == "service-of-two-workloads"

    def test_jobs_and_test_pods_end_by_themselves(self) -> None:
        pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: test, labels: {app: web}, annotations: {helm.sh/hook: test}}
        spec: {containers: [{name: wget, image: busybox}]}
        """
        assert "Service/web-canary" in bodies(convert(DEPLOYMENT, SERVICE, self.other("Job"), pod))

    def test_an_unsplit_service_may_serve_two(self) -> None:
        convert(DEPLOYMENT, SERVICE, self.other("StatefulSet"), router="none")


def test_a_name_that_is_taken_is_refused() -> None:
    canary = edited(SERVICE, ("name: web,", "name: web-canary,"), ("service.yaml#0", "x#0"))
    found = refusal(DEPLOYMENT, SERVICE, canary)
    assert found.code == "name-taken"
    assert "Service/web-canary" in found.why


def test_a_service_serves_a_deployment_whose_containers_values_leave_out() -> None:
    bare = edited(DEPLOYMENT, ('containers: [{name: web, image: "web:1.0"}]', "containers:"))
    assert "Service/web-canary" in bodies(convert(bare, SERVICE))
