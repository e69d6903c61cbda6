"""ConfigMaps and Secrets by version: the hash, the names that follow it, what is kept."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.expected.config_versions import content_hash, versioned
from rolloutgen.errors import ChartRefused
from rolloutgen.goyaml import go_json
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Manifest, Ref, Release, ValueSet

RELEASE = Release("r", "shop")


def config(name: str = "web", kind: str = "ConfigMap", namespace: str = "", **content: Any) -> Manifest:
    return Manifest(Ref("v1", kind, namespace, name), {"metadata": {"name": name}, **content}, site=f"{kind}#{name}")


def pod(namespace: str = "", **spec: Any) -> Manifest:
    return Manifest(Ref("apps/v1", "StatefulSet", namespace, "db"), {"spec": {"template": {"spec": spec}}})


def test_the_hash_is_that_of_the_content_alone() -> None:
    one, other = config("a", data={"x": "1"}), config("b", data={"x": "1"}, immutable=True)
    assert content_hash(one.body) == content_hash(other.body)
    assert len({content_hash(config(**{key: {"x": "1"}}).body) for key in ("data", "binaryData", "stringData")}) == 3


@pytest.mark.parametrize(
    "value",
    [
        {"b": "<a href='x'>&amp;</a>", "a": 'quote " back \\ slash'},
        {"lines": "one\ntwo\r\n\tthree", "bell": "\b\f\x01\x1f", "separators": "\u2028\u2029", "del": "\x7f"},
        {"ü": "ä€🚀", "Z": "", "a.b-c_d": "0", "nothing": None},
        {},
    ],
)
def test_json_is_byte_for_byte_that_of_helm(value: Any, embedded: EmbeddedEngine) -> None:
    files = {
        "Chart.yaml": b"apiVersion: v2\nname: x\nversion: 1.0.0\n",
        "templates/x.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        b"data: {json: {{ .Values.text | fromJson | toJson | b64enc }}}\n",
    }
    (made,) = embedded.render(Chart("x", files), ValueSet("x", {"text": json.dumps(value)}, RELEASE)).objects
    assert go_json(value) == b64decode(made.body["data"]["json"]).decode()


def test_every_reference_of_that_namespace_follows() -> None:
    web, secret = config(data={"x": "1"}), config(kind="Secret", stringData={"y": "2"})
    user = pod(
        containers=[
            {
                "envFrom": [{"configMapRef": {"name": "web"}}, {"secretRef": {"name": "web"}}],
                "env": [
                    {"valueFrom": {"configMapKeyRef": {"name": "web", "key": "x"}}},
                    {"valueFrom": {"secretKeyRef": {"name": "other", "key": "x"}}},
                ],
            }
        ],
        volumes=[
            {"secret": {"secretName": "web"}},
            {"projected": {"sources": [{"secret": {"name": "web"}}, {"configMap": {"name": "web"}}]}},
        ],
        imagePullSecrets=[{"name": "web"}],
    )
    elsewhere = pod("far", volumes=[{"configMap": {"name": "web"}}])
    found = versioned([web, secret, user, elsewhere], [web.site, secret.site], RELEASE)
    first, second = (f"web-{content_hash(m.body)}" for m in (web, secret))
    spec = found.objects[2].body["spec"]["template"]["spec"]
    assert spec["containers"][0]["envFrom"] == [{"configMapRef": {"name": first}}, {"secretRef": {"name": second}}]
    assert [e["valueFrom"] for e in spec["containers"][0]["env"]] == [
        {"configMapKeyRef": {"name": first, "key": "x"}},
        {"secretKeyRef": {"name": "other", "key": "x"}},
    ]
    assert spec["volumes"][0] == {"secret": {"secretName": second}}
    assert spec["volumes"][1]["projected"]["sources"] == [{"secret": {"name": second}}, {"configMap": {"name": first}}]
    assert spec["imagePullSecrets"] == [{"name": "web"}], "an old pod pulls with the credentials of today"
    assert found.objects[3] is elsewhere
    assert [(old.name, new.name) for old, new in found.moved] == [("web", first), ("web", second)]


def test_an_old_version_is_kept_by_helm_and_argo_cd() -> None:
    body = {"metadata": {"name": "web", "annotations": {"team": "a"}}, "data": {"x": "1"}}
    given = Manifest(Ref("v1", "ConfigMap", "", "web"), body, site="s")
    (found,) = versioned([given], ["s"], RELEASE).objects
    assert found.body["metadata"]["annotations"] == {
        "team": "a",
        "helm.sh/resource-policy": "keep",
        "argocd.argoproj.io/sync-options": "Prune=false",
    }
    assert body["metadata"]["annotations"] == {"team": "a"}


def test_what_is_not_chosen_stays_the_very_same() -> None:
    objects = (config(data={"x": "1"}), pod(volumes=[{"configMap": {"name": "web"}}]))
    found = versioned(objects, [], RELEASE)
    assert all(new is old for new, old in zip(found.objects, objects, strict=True)) and not found.changes


def test_a_name_that_becomes_too_long_is_refused() -> None:
    given = config("x" * 245, data={"x": "1"})
    with pytest.raises(ChartRefused) as caught:
        versioned([given], [given.site], RELEASE)
    assert caught.value.refusals[0].code == "long-release-name"
