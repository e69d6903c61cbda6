"""What an API server said of objects of its own kinds, beyond types: each case was asked of Kubernetes 1.34."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.goyaml import load
from rolloutgen.kube.tree import path_text
from rolloutgen.model import SchemaVerdict
from rolloutgen.schema import check
from tests.schema.mutants import manifest

POD = "{restartPolicy: Never, containers: [{name: a, image: b}]}"


def judged(api_version: str, kind: str, rest: str, name: str = "a") -> SchemaVerdict:
    """The verdict on an object with the fields `rest`, in YAML's flow style without the braces."""
    text = f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: {name}}}, {rest}}}"
    (verdict,) = check([manifest(load(text))])
    return verdict


def cron_job(spec: str, name: str = "a") -> SchemaVerdict:
    job = f"jobTemplate: {{spec: {{template: {{spec: {POD}}}}}}}"
    return judged("batch/v1", "CronJob", f"spec: {{{spec}, {job}}}", name)


def job(spec: str, name: str = "a") -> SchemaVerdict:
    template = f"{{metadata: {{labels: {{a: b}}}}, spec: {POD}}}"
    return judged("batch/v1", "Job", f"spec: {{{spec}, template: {template}}}", name)


def service(spec: str) -> SchemaVerdict:
    return judged("v1", "Service", f"spec: {{ports: [{{port: 80}}], {spec}}}")


def peer(fields: str) -> SchemaVerdict:
    spec = f"spec: {{podSelector: {{}}, ingress: [{{from: [{{{fields}}}]}}]}}"
    return judged("networking.k8s.io/v1", "NetworkPolicy", spec)


def port(fields: str) -> SchemaVerdict:
    spec = f"spec: {{podSelector: {{}}, ingress: [{{ports: [{{{fields}}}]}}]}}"
    return judged("networking.k8s.io/v1", "NetworkPolicy", spec)


def ingress_path(path: str) -> SchemaVerdict:
    backend = "{service: {name: a, port: {number: 1}}}"
    paths = f"[{{path: {path}, pathType: ImplementationSpecific, backend: {backend}}}]"
    return judged("networking.k8s.io/v1", "Ingress", f"spec: {{rules: [{{http: {{paths: {paths}}}}}]}}")


def volume(fields: str) -> SchemaVerdict:
    spec = {"capacity": "{storage: 1Gi}", "accessModes": "[ReadWriteOnce]", "hostPath": "{path: /x}"}
    spec |= {key: text for key, _, text in (part.partition(": ") for part in fields.split("; "))}
    body = ", ".join(f"{key}: {text}" for key, text in spec.items() if text != "-")
    return judged("v1", "PersistentVolume", f"spec: {{{body}}}")


def storage_class(fields: str) -> SchemaVerdict:
    return judged("storage.k8s.io/v1", "StorageClass", fields)


def role(rule: str, kind: str = "Role") -> SchemaVerdict:
    return judged("rbac.authorization.k8s.io/v1", kind, f"rules: [{{verbs: [get], {rule}}}]")


def binding(subject: str, kind: str = "ClusterRoleBinding", to: str = "ClusterRole") -> SchemaVerdict:
    rest = f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {to}, name: x}}, subjects: [{{name: a, {subject}}}]"
    return judged("rbac.authorization.k8s.io/v1", kind, rest)


def secret(kind: str, rest: str = "") -> SchemaVerdict:
    return judged("v1", "Secret", f"type: kubernetes.io/{kind}, {rest}")


def limits(fields: str) -> SchemaVerdict:
    return judged("v1", "LimitRange", f"spec: {{limits: [{{{fields}}}]}}")


def pods(spec: str) -> SchemaVerdict:
    """A Deployment whose pod has these fields beside its container."""
    template = f"{{metadata: {{labels: {{a: b}}}}, spec: {{{spec}}}}}"
    return judged("apps/v1", "Deployment", f"spec: {{selector: {{matchLabels: {{a: b}}}}, template: {template}}}")


def container(fields: str) -> SchemaVerdict:
    return pods(f"containers: [{{name: a, image: b, {fields}}}]")


def limit(quantity: str) -> SchemaVerdict:
    return container(f"resources: {{limits: {{memory: {quantity}}}}}")


def webhook(fields: str) -> SchemaVerdict:
    hook = {
        "name": "a.b.c",
        "sideEffects": "None",
        "admissionReviewVersions": "[v1]",
        "clientConfig": '{url: "https://a"}',
    }
    hook |= {key: text for key, _, text in (part.partition(": ") for part in fields.split("; "))}
    body = ", ".join(f"{key}: {text}" for key, text in hook.items())
    return judged("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", f"webhooks: [{{{body}}}]")


MATCH_FIELDS = (
    "containers: [{{name: a, image: b}}], affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: "
    "{{nodeSelectorTerms: [{{matchFields: [{{key: metadata.name, operator: In, values: [{}]}}]}}]}}}}}}"
)


def surge(value: str) -> SchemaVerdict:
    template = "{metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}"
    strategy = f"{{rollingUpdate: {{maxSurge: {value}}}}}"
    spec = f"spec: {{strategy: {strategy}, selector: {{matchLabels: {{a: b}}}}, template: {template}}}"
    return judged("apps/v1", "Deployment", spec)


def stateful_set(name: str) -> SchemaVerdict:
    template = "{metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}"
    spec = f"spec: {{selector: {{matchLabels: {{a: b}}}}, template: {template}}}"
    return judged("apps/v1", "StatefulSet", spec, name)


@pytest.mark.parametrize(
    "verdict",
    [
        cron_job('schedule: "0 3 * * 1-5", timeZone: Europe/Berlin'),
        cron_job('schedule: "@daily"', "a.b"),
        job("selector: {}"),
        job("selector: {matchLabels: {a: b}}, manualSelector: true"),
        job("completionMode: Indexed"),
        job("backoffLimit: 1", "a" * 63),
        stateful_set("1a"),
        surge("2147483647"),
        limit('" 1Gi "'),
        limit("-0"),
        limit("1e3"),
        limit("null"),
        pods(MATCH_FIELDS.format("node-1.example.com")),
        pods("containers: [{name: a, image: b}], imagePullSecrets: [null]"),
        container("securityContext: {capabilities: {add: [null]}}"),
        pods("containers: [{name: a, image: b}], securityContext: {supplementalGroups: [null]}"),
        judged(
            "networking.k8s.io/v1", "Ingress",
            "spec: {defaultBackend: {service: {name: a, port: {number: 1}}}, tls: [null], rules: [null]}",
        ),
        judged("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, ingress: [null]}"),
        service("clusterIP: None"),
        service('clusterIP: "010.96.0.1"'),
        service("externalIPs: [01.2.3.4]"),
        service('type: LoadBalancer, loadBalancerSourceRanges: [" 10.0.0.1/8 "], loadBalancerIP: x'),
        service("sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}"),
        peer("ipBlock: {cidr: 10.0.0.1/8, except: [10.1.0.0/16]}"),
        peer('ipBlock: {cidr: "::/0"}'),
        port("port: 10, endPort: 10"),
        volume("storageClassName: ''"),
        volume("persistentVolumeReclaimPolicy: Recycle"),
        volume("hostPath: -; csi: {driver: d, volumeHandle: h}"),
        storage_class("provisioner: A.b/C"),
        role("apiGroups: [''], resources: [pods]"),
        role("nonResourceURLs: [/metrics]", "ClusterRole"),
        binding("kind: ServiceAccount, namespace: b"),
        binding("kind: ServiceAccount", "RoleBinding", "Role"),
        binding("kind: User, apiGroup: ''"),
        secret("tls", "stringData: {tls.crt: a, tls.key: b}"),
        secret("tls", "data: {tls.crt: null, tls.key: null}"),
        secret("tls", "data: {tls.crt: YQ==}, stringData: {tls.key: b}"),
        secret("basic-auth", "stringData: {username: a}"),
        secret("dockerconfigjson", "data: {.dockerconfigjson: e30=}"),
        limits("type: a.b/c"),
        limits("type: Container, min: {cpu: 1}, max: {cpu: 1}"),
        webhook("failurePolicy: Ignore; timeoutSeconds: 30"),
        service("type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30000"),
        service("trafficDistribution: PreferClose"),
        pods("containers: [{name: a, image: b}], dnsConfig: {searches: [., _a.b, a.b.]}"),
        judged("networking.k8s.io/v1", "IngressClass", "spec: {controller: k8s.io/ingress-nginx}"),
        judged("v1", "ResourceQuota", "spec: {hard: {pods: 5, requests.cpu: 500m}}"),
        ingress_path("/(.*)"),
        ingress_path('""'),
    ],
)  # fmt: skip
def test_what_the_server_takes(verdict: SchemaVerdict) -> None:
    assert (verdict.state, verdict.errors) == ("valid", ())


@pytest.mark.parametrize(
    ("verdict", "path"),
    [
        (cron_job('schedule: "* * * * 7"'), "spec"),
        (cron_job('schedule: "@daily", timeZone: Local'), "spec.timeZone"),
        (cron_job('schedule: "@daily", timeZone: ""'), "spec.timeZone"),
        (cron_job('schedule: "@daily", startingDeadlineSeconds: -1'), "spec.startingDeadlineSeconds"),
        (cron_job('schedule: "@daily"', "a" * 53), "metadata.name"),
        (job("selector: {matchLabels: {a: b}}"), "spec"),
        (job("completionMode: Indexed, parallelism: 2"), "spec"),
        (job("podReplacementPolicy: x"), "spec.podReplacementPolicy"),
        (job("backoffLimit: 1", "a" * 64), "metadata.name"),
        (stateful_set("a.b"), "metadata.name"),
        (stateful_set("a" * 64), "metadata.name"),
        (surge("2147483648"), "spec.strategy.rollingUpdate.maxSurge"),
        (limit("1 Gi"), "spec.template.spec.containers[0].resources.limits.memory"),
        (limit('"1Gi\\n"'), "spec.template.spec.containers[0].resources.limits.memory"),
        (limit("1e3.5"), "spec.template.spec.containers[0].resources.limits.memory"),
        (container("resources: {limits: {cpu: null}, requests: {cpu: 1}}"),
         "spec.template.spec.containers[0].resources"),
        (container("volumeDevices: [{name: v, devicePath: /dev/v}]"), "spec"),
        (pods(MATCH_FIELDS.format("A_b")), "spec.template.spec.affinity.nodeAffinity"
         ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"),
        (pods("containers: [{name: a, image: b}], os: {name: x}"), "spec.template.spec.os.name"),
        (pods("containers: [null]"), "spec.template.spec.containers[0].image"),
        (service("clusterIP: none"), "spec"),
        (service("externalIPs: [1.2.3.4/32]"), "spec"),
        (service("externalIPs: [127.0.0.1]"), "spec"),
        (service('externalIPs: ["fe80::1"]'), "spec"),
        (service("type: LoadBalancer, healthCheckNodePort: 30000"), "spec"),
        (service("trafficDistribution: x"), "spec.trafficDistribution"),
        (pods("containers: [{name: a, image: b}], dnsConfig: {searches: [A.b]}"),
         "spec.template.spec.dnsConfig.searches[0]"),
        (judged("networking.k8s.io/v1", "IngressClass", "spec: {controller: nginx}"), "spec.controller"),
        (judged("v1", "ResourceQuota", "spec: {hard: {pods: -5}}"), "spec.hard.pods"),
        (ingress_path('"*"'), "spec.rules[0].http.paths[0]"),
        (service("externalIPs: [224.0.0.1]"), "spec"),
        (service("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1]"), "spec"),
        (service("sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}"), "spec"),
        (peer("ipBlock: {cidr: 10.0.0.1}"), "spec.ingress[0].from[0].ipBlock"),
        (peer("ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}"), "spec.ingress[0].from[0].ipBlock"),
        (peer("ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}"), "spec.ingress[0].from[0].ipBlock"),
        (peer("ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}"), "spec.ingress[0].from[0]"),
        (port("endPort: 5"), "spec.ingress[0].ports[0]"),
        (port("port: http, endPort: 5"), "spec.ingress[0].ports[0]"),
        (port("port: 10, endPort: 5"), "spec.ingress[0].ports[0]"),
        (volume("capacity: {storage: 0}"), "spec"),
        (volume("accessModes: -"), "spec.accessModes"),
        (volume("persistentVolumeReclaimPolicy: Keep"), "spec.persistentVolumeReclaimPolicy"),
        (volume("hostPath: -"), "spec"),
        (volume("nfs: {server: a, path: /b}"), "spec"),
        (volume("hostPath: -; local: {path: /x}"), "spec"),
        (storage_class('provisioner: ""'), "provisioner"),
        (storage_class("provisioner: a/b, reclaimPolicy: Recycle"), "reclaimPolicy"),
        (role("nonResourceURLs: [/metrics]"), ""),
        (role("resources: [pods]", "ClusterRole"), "rules[0]"),
        (role("nonResourceURLs: [/x], apiGroups: ['']", "ClusterRole"), "rules[0]"),
        (binding("kind: ServiceAccount"), ""),
        (binding("kind: User", to="Role"), ""),
        (binding("kind: ServiceAccount, apiGroup: rbac.authorization.k8s.io", "RoleBinding", "Role"), "subjects[0]"),
        (secret("tls", "data: {tls.crt: YQ==}"), ""),
        (secret("dockerconfigjson", 'data: {.dockerconfigjson: ""}'), ""),
        (secret("dockerconfigjson", "stringData: {.dockerconfigjson: '[]'}"), ""),
        (secret("service-account-token"), ""),
        (limits("type: Foo"), "spec.limits[0].type"),
        (limits("type: Container, min: {cpu: 2}, max: {cpu: 1}"), "spec.limits[0]"),
        (limits("type: Pod, default: {cpu: 1}"), "spec.limits[0]"),
        (webhook("failurePolicy: ignore"), "webhooks[0].failurePolicy"),
        (webhook("timeoutSeconds: 31"), "webhooks[0].timeoutSeconds"),
        (webhook("name: a.b"), "webhooks[0]"),
        (webhook("clientConfig: {}"), "webhooks[0].clientConfig"),
    ],
)  # fmt: skip
def test_what_the_server_refuses(verdict: SchemaVerdict, path: str) -> None:
    assert path in [path_text(error.at) for error in verdict.errors]


def test_a_null_that_the_server_reads_as_something_is_named() -> None:
    (error,) = judged(
        "networking.k8s.io/v1", "Ingress",
        "spec: {defaultBackend: {service: {name: a, port: {number: 1}}}, tls: [{hosts: [null]}]}",
    ).errors  # fmt: skip
    assert error.message.startswith("null stands here: ")


def test_a_secret_is_never_shown() -> None:
    errors: list[Any] = [*secret("dockerconfigjson", "stringData: {.dockerconfigjson: hunter2}").errors]
    assert errors and "hunter2" not in "".join(error.message for error in errors)


@pytest.mark.parametrize(
    "fields",
    [
        "containers: [{name: a, image: b, readinessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 1}}]",
        "containers: [{name: a, image: b}], "
        "initContainers: [{name: i, image: b, lifecycle: {preStop: {sleep: {seconds: 1}}}}]",
        "containers: [{name: a, image: b}], "
        "initContainers: [{name: i, image: b, livenessProbe: {tcpSocket: {port: 1}}}]",
    ],
)
def test_probes_and_hooks_stand_where_they_have_a_meaning(fields: str) -> None:
    (error,) = pods(fields).errors
    assert "has no place in" in error.message
    sidecar = "containers: [{name: a, image: b}], initContainers: [{name: i, image: b, restartPolicy: Always, PROBE}]"
    assert pods(sidecar.replace("PROBE", "startupProbe: {tcpSocket: {port: 1}}")).state == "valid"


@pytest.mark.parametrize("value", ["2147483648", "-2147483649"])
def test_a_rollout_counts_in_32_bits_though_its_crd_does_not(value: str) -> None:
    reference = "{apiVersion: apps/v1, kind: Deployment, name: a}"
    rest = f"spec: {{workloadRef: {reference}, strategy: {{canary: {{maxSurge: {value}}}}}}}"
    verdict = judged("argoproj.io/v1alpha1", "Rollout", rest)
    assert [path_text(error.at) for error in verdict.errors] == ["spec.strategy.canary.maxSurge"]
