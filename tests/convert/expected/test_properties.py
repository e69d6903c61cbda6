"""What holds for every render: nothing foreign is touched, everything is explained, twice is once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rolloutgen.chart.manifests import ref_of
from rolloutgen.convert.expected.release import Transformed, transform
from rolloutgen.convert.verify.compare import explain
from rolloutgen.errors import ChartRefused
from rolloutgen.model import Decisions, Manifest, Release, WorkloadDecision

RELEASE = Release(name="shop", namespace="prod")
WORKLOADS = ["web", "api", "w" * 63]
NAMES = st.sampled_from([*WORKLOADS * 2, "a" * 55 + "-b", "web-canary"])
NAMESPACES = st.sampled_from([None, None, "prod", "prod", "other"])


def metadata(name: str, namespace: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, **({"namespace": namespace} if namespace else {}), **more}


def texts(name: str) -> st.SearchStrategy[str]:
    """Strings in which a Service's name may be an address, a bare word, or something else."""
    forms = [
        "{}",
        "http://{}",
        "http://{}:80/x",
        "{}:8080",
        "{}.prod.svc",
        "{}.other",
        "x-{}:80",
        "http://{}-canary",
        "",
    ]
    return st.sampled_from([form.format(name) for form in forms])


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 9), NAMES.flatmap(texts))
FIELDS = st.dictionaries(st.sampled_from(["a", "host", "labels", "name", "env"]), LEAVES, max_size=3)


@st.composite
def deployments(draw: st.DrawFn, name: str, number: int) -> Manifest:
    container: dict[str, Any] = {
        "name": name,
        "env": [{"name": "A", "value": draw(LEAVES)}],
        "resources": draw(st.sampled_from([None, {}, {"limits": None}, {"limits": {"cpu": 1}}])),
    }
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": draw(st.sampled_from([{}, {"creationTimestamp": None}, {"annotations": {"x": None}}]))
            | {"labels": {"app": name, "tier": draw(st.sampled_from(["front", None]))}},
            "spec": {"containers": [container], "nodeSelector": draw(st.sampled_from([None, {}, {"disk": None}]))},
        },
    }
    for key, value in (
        ("replicas", draw(st.sampled_from([None, 0, 3]))),
        ("strategy", draw(st.sampled_from([None, {"type": "RollingUpdate"}, {"rollingUpdate": {"maxSurge": 1}}]))),
    ):
        if draw(st.booleans()):
            spec[key] = value
    return manifest("apps/v1", "Deployment", metadata(name, draw(NAMESPACES)), spec, f"deployment{number}")


@st.composite
def services(draw: st.DrawFn, name: str, number: int) -> Manifest:
    spec: dict[str, Any] = {
        "selector": {"app": name},
        "ports": [{"port": 80, "nodePort": 30000}, {"port": 81}][: draw(st.integers(1, 2))],
        **draw(st.sampled_from([{}, {"type": "NodePort"}, {"clusterIP": "10.0.0.1"}, {"type": None}])),
    }
    more = draw(st.sampled_from([{}, {"labels": {"a": None}}, {"annotations": {"see": f"http://{name}"}}]))
    return manifest("v1", "Service", metadata(name, draw(NAMESPACES), **more), spec, f"service{number}")


@st.composite
def others(draw: st.DrawFn) -> Manifest:
    name = draw(NAMES)
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    backend = {"service": {"name": name, "port": {"number": 80}}}
    routes = [
        {"route": [{"destination": {"host": draw(st.sampled_from([name, f"{name}.prod.svc", "db"]))}}]}
        for _ in range(draw(st.integers(0, 2)))
    ]
    api_version, kind, spec = draw(
        st.sampled_from(
            [
                (
                    "autoscaling/v2",
                    "HorizontalPodAutoscaler",
                    {"minReplicas": 2, "maxReplicas": 3, "scaleTargetRef": ref},
                ),
                ("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"name": name}}),
                ("networking.k8s.io/v1", "Ingress", {"defaultBackend": backend}),
                ("networking.istio.io/v1", "VirtualService", {"hosts": ["a.org"], "gateways": ["g"], "http": routes}),
                ("networking.istio.io/v1", "DestinationRule", {"host": name}),
                ("networking.istio.io/v1", "Gateway", {"servers": [{"hosts": ["a.org"]}]}),
                ("example.org/v1", "Anything", draw(FIELDS)),
            ]
        )
    )
    return manifest(api_version, kind, metadata(draw(NAMES) + "-x", draw(NAMESPACES)), spec, "routes")


def manifest(api_version: str, kind: str, meta: dict[str, Any], spec: Any, site: str = "") -> Manifest:
    body = {"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": spec}
    return Manifest(ref_of(body), body, "templates/x.yaml", site)


@st.composite
def renders(draw: st.DrawFn) -> tuple[Manifest, ...]:
    names = draw(st.lists(st.sampled_from(WORKLOADS), min_size=1, max_size=2, unique=True))
    objects = [draw(kind(name, number)) for number, name in enumerate(names) for kind in (deployments, services)]
    objects += draw(st.lists(others(), max_size=4))
    return tuple(draw(st.permutations(objects)))


DECISIONS = st.builds(
    lambda strategy, router, names, several, carries, own: Decisions(
        tuple(
            WorkloadDecision(
                str(number),
                (f"deployment{number}",),
                (f"service{number}",),
                strategy,
                router,
                names,
                carries=carries,
                virtual_service_sites=own,
            )
            for number in (0, 1)
        ),
        several=several,
    ),
    st.sampled_from(["canary", "blue-green", "basic"]),
    st.sampled_from(["istio", "none"]),
    st.sampled_from(["suffix", "keep"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), ("routes",)]),
)
HOSTS = st.lists(st.sampled_from(["a.org", "*.b.org"]), max_size=2, unique=True)
ROLLOUTS = st.fixed_dictionaries(
    {
        "gateway": st.just({"selector": {"a": "b"}, "namespace": "istio-system"}),
        "certificate": st.just({"issuer": {"name": "x"}}),
        "dns": st.just({"targets": ["192.0.2.1", "x.org"]}),
    },
    optional={
        "steps": st.just([{"setCanaryScale": {"replicas": 1}}, {"setWeight": 10}]),
        "replicas": st.one_of(st.none(), st.integers(0, 5)),
        "hosts": st.fixed_dictionaries({}, optional={"public": HOSTS, "preview": st.just([]), "stable": HOSTS}),
        "workloads": st.just({"1": {"replicas": 1, "steps": []}}),
        "canary": st.just({"maxSurge": None, "dynamicStableScale": True}),
    },
)


def converted(objects: tuple[Manifest, ...], decisions: Decisions, rollout: dict[str, Any]) -> Transformed | None:
    try:
        return transform(objects, decisions, rollout, RELEASE)
    except ChartRefused:
        return None


@settings(max_examples=150, deadline=None)
@given(renders(), DECISIONS, ROLLOUTS)
def test_what_holds_for_every_render(
    objects: tuple[Manifest, ...], decisions: Decisions, rollout: dict[str, Any]
) -> None:
    before = deepcopy((objects, rollout))
    result = converted(objects, decisions, rollout)
    assert (objects, rollout) == before, "the input was changed"
    if result is None:
        return

    # Objects of which no change speaks are the very same.
    changed = {change.ref.identity(RELEASE.namespace) for change in result.changes}
    kept = {id(manifest) for manifest in result.objects}
    for manifest in objects:
        assert id(manifest) in kept or manifest.ref.identity(RELEASE.namespace) in changed

    # Every difference is explained, whether renamed objects are shown as changed or as removed and added.
    for moved in ((), result.moved):
        found = explain(objects, result.objects, result.changes, RELEASE, moved=moved)
        assert [difference for difference in found if not difference.explained_by] == []

    # Every change inside an object is one: a difference lies at its path or below.
    differing = {(difference.ref, difference.at) for difference in found}
    for change in result.changes:
        if change.path:
            assert any(ref == change.ref and at[: len(change.path)] == change.path for ref, at in differing), change

    # Nothing is left of the Deployments, and nothing happens the second time.
    again = transform(result.objects, decisions, rollout, RELEASE)
    assert again.objects == result.objects
    assert again.changes == ()
