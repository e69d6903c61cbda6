"""Where schemas come from: folders of the user, the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.schema import SchemaVerdict, check, exported, releases
from tests.schema.mutants import manifest

THING = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3}}
SMALL = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"maximum": 2}}}}}


_EMITTED = """
rollout_argoproj.io_v1alpha1 analysistemplate_argoproj.io_v1alpha1 clusteranalysistemplate_argoproj.io_v1alpha1
experiment_argoproj.io_v1alpha1 gateway_networking.istio.io_v1 gateway_networking.istio.io_v1beta1
virtualservice_networking.istio.io_v1 virtualservice_networking.istio.io_v1beta1
destinationrule_networking.istio.io_v1 destinationrule_networking.istio.io_v1beta1
certificate_cert-manager.io_v1 issuer_cert-manager.io_v1 clusterissuer_cert-manager.io_v1
dnsendpoint_externaldns.k8s.io_v1alpha1 scaledobject_keda.sh_v1alpha1 verticalpodautoscaler_autoscaling.k8s.io_v1
httproute_gateway.networking.k8s.io_v1 servicemonitor_monitoring.coreos.com_v1 podmonitor_monitoring.coreos.com_v1
prometheusrule_monitoring.coreos.com_v1 deployment_apps_v1 service_v1_v1 horizontalpodautoscaler_autoscaling_v2
"""


def put(path: Path, schema: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema))


def judged(body: dict[str, Any], *locations: object) -> SchemaVerdict:
    (verdict,) = check([manifest(body)], locations=[str(location) for location in locations])
    return verdict


@pytest.mark.parametrize(
    ("location", "file"),
    [
        ("{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json", "example.com/thing_v1.json"),
        ("{{ .ResourceKind }}{{ .KindSuffix }}.json", "thing-example-v1.json"),
        ("{{.NormalizedKubernetesVersion}}{{.StrictSuffix}}/{{.ResourceKind}}.json", "v1.30.2-strict/thing.json"),
        ("", "example.com/thing_v1.json"),
        ("", "thing_example.com_v1.json"),
        ("", "v1.30.2-standalone-strict/thing-example-v1.json"),
    ],
)
def test_a_location_in_kubeconforms_form(tmp_path: Path, location: str, file: str) -> None:
    put(tmp_path / file, SMALL)
    where = str(tmp_path / location) if location else str(tmp_path)
    (verdict,) = check([manifest(THING)], locations=[where], kube_version="1.30.2")
    assert (verdict.state, verdict.source) == ("invalid", str(tmp_path / file))
    assert [error.at for error in verdict.errors] == [("spec", "size")]


def test_locations_are_asked_in_their_order_and_before_the_package(tmp_path: Path) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}}
    put(tmp_path / "one" / "configmap-v1.json", {"properties": {"data": {"maxProperties": 0}}})
    put(tmp_path / "two" / "configmap-v1.json", {})
    assert judged(config, tmp_path / "one", tmp_path / "two").state == "invalid"
    assert judged(config, tmp_path / "two", tmp_path / "one").state == "valid"
    assert judged(config, "default", tmp_path / "one").state == "valid"
    (tmp_path / "empty").mkdir()
    assert judged(config, tmp_path / "empty").source.startswith("kubernetes 1.")


def test_a_kind_without_a_schema_stays_without(tmp_path: Path) -> None:
    assert judged(THING, tmp_path).state == "no-schema"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("example.com/v1", "../outside"), ("../outside/v1", "Thing"), ("example.com/v1", "x" * 300), ("a\0/v1", "a\0")],
)
def test_what_cannot_be_a_kind_names_no_file(tmp_path: Path, api_version: str, kind: str) -> None:
    put(tmp_path / "outside_example.com_v1.json", SMALL)
    put(tmp_path / "outside" / "thing_v1.json", SMALL)
    (tmp_path / "schemas").mkdir()
    thing = THING | {"apiVersion": api_version, "kind": kind}
    assert judged(thing, tmp_path / "schemas").state == "no-schema"


@pytest.mark.parametrize(
    "location", ["https://example.com/{{.Group}}", "/x/{{.Nothing}}.json", "/x/{{ lower .Group }}.json"]
)
def test_locations_that_cannot_be_used(location: str) -> None:
    with pytest.raises(UsageError):
        judged(THING, location)


def test_a_file_that_is_no_schema(tmp_path: Path) -> None:
    put(tmp_path / "example.com" / "thing_v1.json", "{not json")
    with pytest.raises(UsageError, match=r"thing_v1\.json"):
        judged(THING, tmp_path)


def test_the_kinds_that_the_product_emits_are_known_in_each_version() -> None:
    names = {name for name, _ in exported()}
    for name in _EMITTED.split():
        assert f"{name}.json" in names


def test_every_release_has_its_own_kinds() -> None:
    oldest, newest = releases()
    assert (oldest, newest >= 37) == (25, True)
    kinds = {minor: {name for name, _ in exported(f"1.{minor}")} for minor in (25, 29, newest)}
    assert "horizontalpodautoscaler_autoscaling_v2beta2.json" in kinds[25] - kinds[29]
    assert "cronjob_batch_v1.json" in kinds[25] & kinds[29] & kinds[newest]
    assert all("v1beta3" in name or "flowschema" not in name for name in kinds[29] - kinds[newest])


@pytest.mark.parametrize("backend", ["jsonschema-rs", "jsonschema"])
@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ('{"type": 5}', "not a JSON Schema: 5 is not valid"),
        ("[]", "not a JSON Schema: it is not an object"),
        ('{"$ref": "http://127.0.0.1:1/x.json"}', "nothing is read from the network"),
        ('{"$ref": "missing.json"}', "missing.json: [Errno 2]"),
    ],
)
def test_a_schema_that_is_none_is_the_users_to_mend(schema: str, reason: str, backend: Any, tmp_path: Path) -> None:
    (tmp_path / "crontab_example.com_v1.json").write_text(schema)
    body = {"apiVersion": "example.com/v1", "kind": "CronTab", "metadata": {"name": "a"}}
    with pytest.raises(UsageError) as caught:
        check([manifest(body)], locations=[str(tmp_path)], backend=backend)
    assert reason in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("backend", ["jsonschema-rs", "jsonschema"])
def test_a_schema_may_refer_to_a_file_beside_it(backend: Any, tmp_path: Path) -> None:
    tmp_path = tmp_path / "a name, 100% ünïcode #1?"  # which no address may hold as it is
    tmp_path.mkdir()
    put(tmp_path / "crontab_example.com_v1.json", {"$ref": "base.json#/definitions/named"})
    put(tmp_path / "base.json", {"definitions": {"named": {"required": ["spec"]}}})
    body = {"apiVersion": "example.com/v1", "kind": "CronTab", "metadata": {"name": "a"}}
    assert check([manifest(body)], locations=[str(tmp_path)], backend=backend)[0].state == "invalid"
    assert check([manifest({**body, "spec": {}})], locations=[str(tmp_path)], backend=backend)[0].state == "valid"


def test_a_location_that_is_not_there_is_told(tmp_path: Path) -> None:
    body = {"apiVersion": "example.com/v1", "kind": "CronTab", "metadata": {"name": "a"}}
    for location in (f"{tmp_path}/nowhere", f"{tmp_path}/nowhere/{{{{.Group}}}}.json"):
        with pytest.raises(UsageError, match="no such folder of schemas"):
            check([manifest(body)], locations=[location])
