"""What the schemas say about objects, in the words that a reader gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.goyaml import load
from rolloutgen.kube.tree import path_text
from rolloutgen.model import SchemaVerdict
from rolloutgen.package_data import data_path
from rolloutgen.schema import check, check_pod_template, compile_ahead, registry, validator
from tests.schema.mutants import good_objects, manifest


def judged(text: str, **options: Any) -> SchemaVerdict:
    """The verdict on one object, given as YAML."""
    (verdict,) = check([manifest(load(text))], **options)
    return verdict


def said(verdict: SchemaVerdict) -> list[tuple[str, str]]:
    """(path, rule) of each error."""
    return [(path_text(error.at), error.code) for error in verdict.errors]


def spoilt(kind: str, **fields: Any) -> SchemaVerdict:
    """The verdict on the good object of `kind` with fields of its spec replaced."""
    body = next(body for body in good_objects() if body["kind"] == kind)
    (verdict,) = check([manifest({**body, "spec": {**body["spec"], **fields}})])
    return verdict


@pytest.mark.parametrize("body", good_objects(), ids=lambda body: f"{body['kind']}-{body['apiVersion']}")
def test_what_the_server_takes_is_valid(body: dict[str, Any]) -> None:
    (verdict,) = check([manifest(body)])
    assert (verdict.state, verdict.errors) == ("valid", ())


def test_verdicts_come_in_the_order_of_the_manifests() -> None:
    manifests = [manifest(body) for body in good_objects()]
    assert [verdict.ref for verdict in check(manifests)] == [one.ref for one in manifests]


def test_an_unknown_field_names_the_nearest_known_one() -> None:
    (error,) = spoilt("Rollout", replica=3).errors
    assert (path_text(error.at), error.code) == ("spec.replica", "unknown-field")
    assert 'did you mean "replicas"?' in error.message


def test_a_field_that_differs_in_case_is_unknown() -> None:
    (error,) = spoilt("Service", ClusterIP="None").errors
    assert error.message == 'unknown field "ClusterIP"; did you mean "clusterIP"?'


def test_each_missing_field_is_one_error() -> None:
    verdict = judged("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: a}, spec: {}}")
    assert said(verdict) == [("spec.issuerRef", "missing-field"), ("spec.secretName", "missing-field")]


def test_a_wrong_type_says_which_one_belongs_there() -> None:
    (error,) = spoilt("Rollout", replicas="3").errors
    assert (error.code, error.message) == ("wrong-type", '"3" is not an integer; remove the quotes')
    (error,) = spoilt("VirtualService", hosts=[443]).errors
    assert (path_text(error.at), error.message) == ("spec.hosts[0]", "443 is not a string; quote it")


def test_an_enum_lists_what_is_allowed() -> None:
    (error,) = spoilt("Service", type="Clusterip").errors
    assert error.code == "unknown-value"
    assert "ClusterIP, NodePort, LoadBalancer, ExternalName" in error.message
    assert 'did you mean "ClusterIP"?' in error.message


@pytest.mark.parametrize(
    ("fields", "path", "rule"),
    [
        ({"ports": [{"port": 70000}]}, "spec.ports[0].port", "out-of-range"),
        ({"ports": [{"port": 80, "targetPort": "not_a_port"}]}, "spec.ports[0].targetPort", "malformed"),
        ({"ports": [{"port": 80, "targetPort": 8080.5}]}, "spec.ports[0].targetPort", "wrong-type"),
        ({"selector": {"app": "-"}}, "spec.selector.app", "malformed"),
        ({"selector": {"a/b/c": "x"}}, 'spec.selector["a/b/c"]', "malformed"),
        ({"ports": [{"port": 80}, {"port": 81}]}, "spec", "rule-violation"),
        ({"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]}, "spec.ports[1]", "duplicate-list-key"),
        ({"ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]}, "spec", "rule-violation"),
        ({"externalTrafficPolicy": "Local"}, "spec", "rule-violation"),
        ({"loadBalancerSourceRanges": ["10.0.0.0/8"]}, "spec", "rule-violation"),
    ],
)
def test_a_service_that_the_server_refuses(fields: dict[str, Any], path: str, rule: str) -> None:
    assert said(spoilt("Service", **fields)) == [(path, rule)]


def test_a_service_is_named_by_the_older_and_stricter_rule() -> None:
    text = "{apiVersion: v1, kind: Service, metadata: {name: 1app}, spec: {ports: [{port: 80}]}}"
    assert said(judged(text)) == [("metadata.name", "malformed")]
    assert judged(text.replace("1app", "a" * 63)).state == "valid"
    assert judged(text.replace("1app", "a" * 64)).state == "invalid"
    config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: 1app.x}}"
    assert judged(config).state == "valid"


POD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: LABEL}}
    spec:
      containers:
      - name: app
        image: app
        resources: {limits: {cpu: CPU}, requests: {cpu: 100m}}
        volumeMounts: MOUNTS
        PROBE
"""


def pod(*, label: str = "app", cpu: str = "0.5", mounts: str = "[]", probe: str = "") -> SchemaVerdict:
    """The verdict on a Deployment."""
    text = POD.replace("LABEL", label).replace("CPU", cpu).replace("MOUNTS", mounts).replace("PROBE", probe)
    return judged(text)


def test_quantities() -> None:
    assert [pod(cpu=cpu).state for cpu in ("0.5", "1", "500m", "1e3", '"2"')] == ["valid"] * 5
    at = "spec.template.spec.containers[0].resources.limits.cpu"
    assert said(pod(cpu="half")) == [(at, "malformed")]
    assert said(pod(cpu="-1")) == [(at, "out-of-range")]
    assert said(pod(cpu="50m")) == [("spec.template.spec.containers[0].resources", "rule-violation")]


def test_what_belongs_together_in_a_pod() -> None:
    assert said(pod(label="other")) == [("spec", "rule-violation")]
    assert said(pod(mounts="[{name: conf, mountPath: /conf}]")) == [("spec", "rule-violation")]
    both = "livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 80}}"
    assert said(pod(probe=both)) == [("spec.template.spec.containers[0].livenessProbe", "rule-violation")]
    assert said(pod(probe="livenessProbe: {periodSeconds: 5}")) == [
        ("spec.template.spec.containers[0].livenessProbe", "rule-violation")
    ]


def test_a_null_is_an_absent_field_in_kubernetes_own_kinds() -> None:
    assert pod(probe="env: null").state == "valid"
    assert pod(probe="args: [null]").state == "valid"
    assert (
        judged("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: null}}, data: null}").state == "valid"
    )
    missing = judged("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: null}]}}")
    assert said(missing) == [("spec.ports[0].port", "missing-field")]
    unknown = judged("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, spec: null}")
    assert said(unknown) == [("spec", "unknown-field")]


def rollout(container: str, template_metadata: str = "{labels: {app: app}}") -> SchemaVerdict:
    """The verdict on a Rollout with one container."""
    text = "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: app, labels: null}, spec: {template: "
    return judged(text + f"{{metadata: {template_metadata}, spec: {{containers: [{container}]}}}}}}}}")


def test_a_null_in_a_custom_resource_is_an_error_of_its_own() -> None:
    at = "spec.template.spec.containers[0]"
    assert said(rollout("{name: a, image: null}")) == [(f"{at}.image", "null-in-custom-resource")]
    assert said(rollout("{name: a, env: [{name: b, value: null}]}")) == [
        (f"{at}.env[0].value", "null-in-custom-resource")
    ]
    # A field that must be there is missing, not null; a null in a list is refused by every apply.
    assert said(rollout("{name: null, image: a}")) == [(f"{at}.name", "missing-field")]
    assert said(rollout("{name: a, args: [null]}")) == [(f"{at}.args[0]", "wrong-type")]
    # A default takes the null's place.
    assert rollout("{name: a, ports: [{containerPort: 80, protocol: null}]}").state == "valid"


def test_duplicate_keys_of_list_maps_in_a_rollout() -> None:
    at = "spec.template.spec.containers[0]"
    verdict = rollout("{name: a, env: [{name: x, value: a}, {name: z}, {name: x}]}")
    assert said(verdict) == [(f"{at}.env[2]", "duplicate-list-key")]
    assert "index 0" in verdict.errors[0].message
    # Without a protocol a port is TCP.
    assert said(rollout("{name: a, ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]}")) == [
        (f"{at}.ports[1]", "duplicate-list-key")
    ]
    assert rollout("{name: a, ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]}").state == "valid"


def test_duplicate_env_names_are_taken_in_a_deployment() -> None:
    assert pod(probe="env: [{name: x, value: a}, {name: x, value: b}]").state == "valid"


def test_fields_of_pod_template_metadata_that_a_rollout_does_not_have() -> None:
    verdict = rollout("{name: a, image: a}", "{name: app, creationTimestamp: null}")
    assert said(verdict) == [
        ("spec.template.metadata.name", "unknown-field"),
        ("spec.template.metadata.creationTimestamp", "unknown-field"),
    ]


def test_rules_of_custom_resources() -> None:
    route = {"name": "a", "timeout": "1d", "route": [{"destination": {"host": "a"}}]}
    (error,) = spoilt("VirtualService", http=[route]).errors
    assert (path_text(error.at), error.code) == ("spec.http[0].timeout", "rule-violation")
    assert "1ms" in error.message
    twice = {"match": [{"uri": {"prefix": "/", "exact": "/"}}], "route": [{"destination": {"host": "a"}}]}
    (error,) = spoilt("VirtualService", http=[twice]).errors
    assert error.message == "only one of exact, prefix, regex may be set, not exact and prefix"
    (error,) = spoilt("ScaledObject", minReplicaCount=9).errors
    assert (path_text(error.at), error.code) == ("spec", "rule-violation")
    assert spoilt("HTTPRoute", rules=[{"backendRefs": [{"name": "a"}]}]).errors[0].message == "a Service needs a port"


def test_a_rule_is_not_asked_where_something_else_is_wrong() -> None:
    verdict = spoilt("HorizontalPodAutoscaler", minReplicas="ten")
    assert said(verdict) == [("spec.minReplicas", "wrong-type")]


def test_states() -> None:
    assert judged("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}").state == "no-schema"
    assert judged("{apiVersion: v1, kind: List, items: []}").state == "skipped"
    (empty,) = check([manifest({})])
    assert said(empty) == [("apiVersion", "no-kind"), ("kind", "no-kind")]
    nothing = judged("{metadata: {name: a}}")
    assert said(nothing) == [("apiVersion", "no-kind"), ("kind", "no-kind")]


def test_versions_of_kubernetes() -> None:
    old = (
        "{apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {maxReplicas: 2, "
    )
    old += "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}}"
    assert judged(old, kube_version="1.25").state == "valid"
    verdict = judged(old, kube_version="v1.26.3-gke.1")
    assert said(verdict) == [("apiVersion", "api-version-not-served")]
    assert verdict.source == "kubernetes 1.26"
    pod_level = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {resources: {limits: {cpu: 1}}, containers: "
    pod_level += "[{name: a, image: a}]}}"
    assert said(judged(pod_level, kube_version="1.30")) == [("spec.resources", "unknown-field")]
    assert judged(pod_level, kube_version="1.34").state == "valid"
    gone = judged("{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: a}}")
    assert said(gone) == [("apiVersion", "api-version-not-served")]
    for version in ("1.24", "2.0", "latest"):
        with pytest.raises(UsageError):
            judged(old, kube_version=version)


def test_a_pod_template_by_the_rules_of_kubernetes() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    assert check_pod_template(template) == ()
    template["spec"]["restartPolicy"] = "Sometimes"
    (error,) = check_pod_template(template)
    assert (path_text(error.at), error.code) == ("spec.restartPolicy", "unknown-value")


def test_keys_and_values_that_json_does_not_have() -> None:
    (verdict,) = check(
        [manifest({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {1: "x"}})]
    )
    assert verdict.state == "valid"  # YAML's 1: is a string key in JSON


def test_a_hostile_text_is_judged_in_no_time() -> None:
    long = "a-" * 500_000
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": long, "labels": {long: long}}}
    for backend in ("jsonschema-rs", "jsonschema"):
        (verdict,) = check([manifest(body)], backend=backend)
        assert verdict.state == "invalid"


TERM = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
CPU = {"resource": "limits.cpu"}


def key(operator: str, *values: str) -> dict[str, Any]:
    """A term of node affinity about one label."""
    return {"matchExpressions": [{"key": "zone", "operator": operator, "values": list(values)}]}


def required(*terms: dict[str, Any]) -> dict[str, Any]:
    """The affinity of a pod that runs on nodes of one of these terms only."""
    return {
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
        }
    }


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}, "tolerations[0]"),
        ({"tolerations": [{"key": "a", "value": "b", "tolerationSeconds": 5}]}, "tolerations[0]"),
        ({"hostAliases": [{"ip": "not", "hostnames": ["a.b"]}]}, "hostAliases[0]"),
        ({"hostAliases": [{"ip": "1.2.3.4", "hostnames": ["A_b"]}]}, "hostAliases[0].hostnames[0]"),
        ({"nodeSelector": {"bad key!": "x"}}, 'nodeSelector["bad key!"]'),
        ({"priorityClassName": "Bad_Name"}, "priorityClassName"),
        ({"hostname": "Web"}, "hostname"),
        ({"ephemeralContainers": [{"name": "debug", "image": "web:1"}]}, ""),
        ({"dnsPolicy": "None"}, ""),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["here"]}}, "dnsConfig"),
        ({"securityContext": {"seccompProfile": {"type": "Localhost"}}}, "securityContext.seccompProfile"),
        ({"securityContext": {"sysctls": [{"name": "Bad", "value": "1"}]}}, "securityContext.sysctls[0].name"),
        ({"volumes": [{"name": "a", "nfs": {"server": "a", "path": "b"}}]}, "volumes[0].nfs.path"),
        (
            {"volumes": [{"name": "a", "configMap": {"name": "c", "items": [{"key": "k", "path": "a/../b"}]}}]},
            "volumes[0].configMap.items[0].path",
        ),
        (
            {"volumes": [{"name": "a", "downwardAPI": {"items": [{"path": "l"}]}}]},
            "volumes[0].downwardAPI.items[0]",
        ),
        (
            {"volumes": [{"name": "a", "downwardAPI": {"items": [{"path": "l", "resourceFieldRef": CPU}]}}]},
            "volumes[0].downwardAPI.items[0].resourceFieldRef.containerName",
        ),
        (required(), "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
        (required(key("In", "a b")), f"{TERM}.matchExpressions[0].values[0]"),
        (required(key("Lt", "-5")), f"{TERM}.matchExpressions[0].values[0]"),
        (required(key("Gt", "1", "2")), f"{TERM}.matchExpressions[0]"),
        (required({"matchFields": [{"key": "metadata.uid", "operator": "In", "values": ["n"]}]}), TERM),
        (required({"matchFields": [{"key": "metadata.name", "operator": "Exists"}]}), TERM),
    ],
)
def test_the_rest_of_a_pod_spec_is_checked_as_the_server_does(fields: dict[str, Any], place: str) -> None:
    spec = {"containers": [{"name": "web", "image": "web:1"}], **fields}
    errors = check_pod_template({"metadata": {"labels": {"app": "web"}}, "spec": spec})
    assert [path_text(error.at).removeprefix("spec").removeprefix(".") for error in errors] == [place]


def test_a_preferred_term_may_name_a_label_that_no_node_has() -> None:
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": key("In", "a b")}]}
    spec = {"containers": [{"name": "web", "image": "web:1"}], "affinity": {"nodeAffinity": preferred}}
    assert check_pod_template({"spec": spec}) == ()


@pytest.mark.parametrize(
    ("resource", "good", "bad"),
    [
        ("limits.cpu", ("1", "1m", "1000m", 1, 0), ("10m", "1k", 2, "-1")),
        ("requests.memory", ("1", "1Mi", "1M", "1Ki", 1000), ("2Mi", "1m", 1024)),
        ("limits.hugepages-2Mi", ("1Gi",), ("3Ki",)),
    ],
)
def test_divisors_of_resources(resource: str, good: tuple[str | int, ...], bad: tuple[str | int, ...]) -> None:
    def is_taken(divisor: str | int) -> bool:
        source = {"resourceFieldRef": {"resource": resource, "divisor": divisor}}
        container = {"name": "web", "image": "web:1", "env": [{"name": "A", "valueFrom": source}]}
        return not check_pod_template({"spec": {"containers": [container]}})

    assert all(map(is_taken, good)) and not any(map(is_taken, bad))


@pytest.mark.parametrize("path", ["a", "a/b", "..data", "./a", "a/.b", "...", "a//b/"])
@pytest.mark.parametrize("good", [True, False])
def test_a_path_within_a_volume_stays_in_it(path: str, good: bool) -> None:
    mounted = path if good else f"{path}/../c"
    mounts = [{"name": "v", "mountPath": "/", "subPath": mounted}]
    spec = {
        "containers": [{"name": "w", "image": "w", "volumeMounts": mounts}],
        "volumes": [{"name": "v", "emptyDir": {}}],
    }
    errors = check_pod_template({"metadata": {}, "spec": spec})
    assert [error.at[-1] for error in errors] == ([] if good else ["subPath"])


def test_what_is_compiled_ahead_is_what_the_check_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ahead([("v1", "Service"), ("example.org/v1", "Unknown")], kube_version="1.29")
    monkeypatch.setattr(validator, "_compiled", lambda *_: pytest.fail("compiled again"))
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}"
    assert judged(text, kube_version="1.29").state == "valid"
    with pytest.raises(UsageError, match=r"no schemas for Kubernetes 1\.2"):
        compile_ahead([("v1", "Service")], kube_version="1.2")


def test_kubernetes_kinds_are_read_one_by_one_as_the_whole_file_is() -> None:
    whole = json.loads((data_path("schemas") / "kubernetes.json").read_text())
    parts = registry._kubernetes()
    assert {name: dict(value) if name in ("x-kinds", "$defs") else value for name, value in parts.items()} == whole
