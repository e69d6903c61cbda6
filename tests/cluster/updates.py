"""Updates of Rollouts on a real controller: start one, stop at each pause, note pods and weights, go on or abort."""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from .cluster import Cluster

_CONTEXT = ssl._create_unverified_context()  # loopback, a certificate that the server has just made
_QUIET = 2.0  # seconds without a change that count as rest
_ROLLOUTS = "/apis/argoproj.io/v1alpha1"
_ISTIO = "/apis/networking.istio.io/v1"
_NETWORKING = "/apis/networking.k8s.io/v1"


@dataclass(frozen=True)
class Case:
    """An update to watch.

    `spec` is the Rollout's, as YAML, without selector and pod template; Services are `stable` and `canary` (or `active`
    and `preview`), the VirtualService and the Ingress are `web`, an AnalysisTemplate that succeeds is `smoke`. `abort`
    is the pause (counted from 0) at which to abort; `scale` the pause at which to set another number of replicas.
    `stuck` is the index of a step that the controller never leaves. `follow` seconds at least are watched after the end
    or the abort. `scaler` is an HPA's spec.
    """

    spec: str
    abort: int | None = None
    scale: tuple[int, int] | None = None
    stuck: int | None = None
    follow: float = 8.0
    scaler: str = ""

    @property
    def rollout(self) -> dict[str, Any]:
        """The Rollout before its update."""
        container = {"name": "web", "image": "web:1", "env": [{"name": "VERSION", "value": "1"}]}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
        spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **yaml.safe_load(self.spec)}
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web"}, "spec": spec}


@dataclass(frozen=True)
class Seen:
    """What there is: replicas of the new and the old ReplicaSet, the VirtualService's weights (canary, stable), whether
    the active Service selects the new version, when it was seen (seconds)."""

    canary: int
    stable: int
    weights: tuple[int, int] | None
    active: bool | None
    at: float


@dataclass
class Watched:
    """What one update showed: at each pause by step index (blue-green: -1), at its end (`done`: promoted) or after the
    abort, the most pods at once that were noticed, and the pods of the first deployment."""

    pauses: list[tuple[int, Seen]] = field(default_factory=list)
    end: list[Seen] = field(default_factory=list)
    done: bool = False
    most: int = 0
    first: int = 0
    fault: str = ""


class Update:
    """One case in a namespace of its own."""

    def __init__(self, cluster: Cluster, name: str, case: Case, pauses: int) -> None:
        self.cluster, self.namespace, self.case, self.pauses = cluster, f"plan-{name}", case, pauses
        self.token = (cluster.folder / "tokens.csv").read_text().split(",")[0]
        self.old, self.watched = "", Watched()
        self.canary_service = "preview" if "blueGreen" in case.rollout["spec"]["strategy"] else "canary"
        self.over = threading.Event()

    def run(self) -> Watched:
        """Everything from the first deployment to the end; a fault is noted, not raised."""
        counter = threading.Thread(target=self._count, daemon=True)
        try:
            self._deploy()
            counter.start()
            self._change()
            self._follow()
        except Exception as fault:  # of any kind: other cases go on
            self.watched.fault = f"{type(fault).__name__}: {fault}"
        self.over.set()
        return self.watched

    def _deploy(self) -> None:
        self._call("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        for name in ("stable", "canary", "active", "preview"):
            service = {"metadata": {"name": name}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
            self._call("POST", f"/api/v1/namespaces/{self.namespace}/services", service)
        routes = [{"destination": {"host": "stable"}, "weight": 100}, {"destination": {"host": "canary"}, "weight": 0}]
        spec = {"hosts": ["web.example.com"], "http": [{"name": "primary", "route": routes}]}
        virtual = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "web"}}
        self._call("POST", f"{_ISTIO}/namespaces/{self.namespace}/virtualservices", {**virtual, "spec": spec})
        ingress = {"metadata": {"name": "web"}, "spec": _INGRESS}
        self._call("POST", f"{_NETWORKING}/namespaces/{self.namespace}/ingresses", ingress)
        template = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": {"name": "smoke"}}
        path = f"{_ROLLOUTS}/namespaces/{self.namespace}/analysistemplates"
        self._call("POST", path, {**template, "spec": {"metrics": [_SMOKE]}})
        self._call("POST", f"{_ROLLOUTS}/namespaces/{self.namespace}/rollouts", self.case.rollout)
        if self.case.scaler:
            target = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}
            scaler = {
                "metadata": {"name": "web"},
                "spec": {"scaleTargetRef": target, **yaml.safe_load(self.case.scaler)},
            }
            self._call("POST", f"/apis/autoscaling/v2/namespaces/{self.namespace}/horizontalpodautoscalers", scaler)
            least = scaler["spec"]["minReplicas"]
            self._until("the autoscaler's minimum", lambda: self._rollout()["spec"].get("replicas", 1) >= least, 120)
        self._until("the first deployment", lambda: self._phase() == "Healthy", 120)
        self.old = self._rollout()["status"]["stableRS"]
        self.watched.first = self._see(0.0).stable

    def _change(self) -> None:
        template = self.case.rollout["spec"]["template"]
        template["spec"]["containers"][0]["env"][0]["value"] = "2"
        self._patch("", {"spec": {"template": template}})
        self._until(
            "the new ReplicaSet", lambda: self._rollout()["status"].get("currentPodHash") not in (None, self.old)
        )

    def _follow(self) -> None:
        for ordinal in range(self.pauses):
            self._until(f"pause {ordinal}", self._paused, 120)
            if self.case.scale and self.case.scale[0] == ordinal:
                self._patch("", {"spec": {"replicas": self.case.scale[1]}})
                time.sleep(1)
            self.watched.pauses.append((self._step(), self._rest()))
            if self.case.abort == ordinal:
                self._abort()
                return
            self._patch("/status", {"status": {"pauseConditions": None}})
        if self.case.stuck is not None:
            self._until("the step", lambda: self._step() == self.case.stuck)
            self.watched.end.append(self._rest())
            time.sleep(self.case.follow)
            self.watched.done = self._step() != self.case.stuck
            return
        self._until("the end", lambda: self._rollout()["status"].get("stableRS") != self.old, 120)
        self.watched.done = True
        self._note(time.monotonic())

    def _abort(self) -> None:
        begun = time.monotonic()
        self._patch("/status", {"status": {"abort": True}})
        self._note(begun)

    def _note(self, begun: float) -> None:
        """What changes from now on, until `follow` is over and nothing has moved for a while."""
        quiet = time.monotonic()
        while time.monotonic() < begun + self.case.follow or time.monotonic() < quiet + _QUIET:
            seen = self._see(begun)
            last = self.watched.end[-1] if self.watched.end else None
            if last is None or _still(seen) != _still(last):
                self.watched.end.append(seen)
                quiet = time.monotonic()
            elif not self._all_available() and time.monotonic() < begun + 90:
                quiet = time.monotonic()
            time.sleep(0.1)

    def _rest(self) -> Seen:
        """What is there once nothing has changed for a while and all pods are available."""
        last, since = self._see(0.0), time.monotonic()
        until = since + 60
        while time.monotonic() < since + _QUIET:
            if time.monotonic() > until:
                raise AssertionError("no rest")
            time.sleep(0.15)
            seen = self._see(0.0)
            if _still(seen) != _still(last) or not self._all_available():
                last, since = seen, time.monotonic()
        return last

    def _see(self, begun: float) -> Seen:
        sets = [s for s in self._replica_sets() if s["metadata"]["ownerReferences"][0]["kind"] == "Rollout"]
        old = sum(s["spec"]["replicas"] for s in sets if s["metadata"]["labels"][_HASH] == self.old)
        new = sum(s["spec"]["replicas"] for s in sets) - old
        strategy = self.case.rollout["spec"]["strategy"]
        weights, active = None, None
        routing = strategy.get("canary", {}).get("trafficRouting", {})
        if "nginx" in routing:
            ingresses = self._call("GET", f"{_NETWORKING}/namespaces/{self.namespace}/ingresses")["items"]
            told = [one["metadata"].get("annotations", {}).get(_WEIGHT, "") for one in ingresses]
            canary = next((int(weight) for weight in told if weight), 0)
            weights = (canary, routing["maxTrafficWeight"] - canary)
        elif routing:
            virtual = self._call("GET", f"{_ISTIO}/namespaces/{self.namespace}/virtualservices/web")
            primary = next(route for route in virtual["spec"]["http"] if route.get("name") == "primary")
            found = {row["destination"]["host"]: row.get("weight", 0) for row in primary["route"]}
            weights = (found["canary"], found["stable"])
        if "blueGreen" in strategy:
            service = self._call("GET", f"/api/v1/namespaces/{self.namespace}/services/active")
            active = service["spec"]["selector"].get(_HASH) != self.old
        return Seen(new, old, weights, active, time.monotonic() - begun)

    def _count(self) -> None:
        while not self.over.is_set():
            self.watched.most = max(self.watched.most, sum(s["spec"]["replicas"] for s in self._replica_sets()))
            time.sleep(0.1)

    def _all_available(self) -> bool:
        return all(s["spec"]["replicas"] == s["status"].get("availableReplicas", 0) for s in self._replica_sets())

    def _replica_sets(self) -> list[Any]:
        return list(self._call("GET", f"/apis/apps/v1/namespaces/{self.namespace}/replicasets")["items"])

    def _rollout(self) -> Any:
        return self._call("GET", f"{_ROLLOUTS}/namespaces/{self.namespace}/rollouts/web")

    def _phase(self) -> str:
        rollout = self._rollout()
        status = rollout.get("status", {})
        known = status.get("observedGeneration") == str(rollout["metadata"]["generation"])
        return str(status.get("phase", "")) if known else ""

    def _step(self) -> int:
        return int(self._rollout()["status"].get("currentStepIndex", -1))

    def _paused(self) -> bool:
        conditions = self._rollout()["status"].get("pauseConditions")
        known = [index for index, _ in self.watched.pauses]
        return bool(conditions) and (self._step() not in known or self.canary_service == "preview")

    def _patch(self, subresource: str, body: Mapping[str, Any]) -> None:
        path = f"{_ROLLOUTS}/namespaces/{self.namespace}/rollouts/web{subresource}"
        self._call("PATCH", path, body)

    def _until(self, what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                status = {k: v for k, v in self._rollout().get("status", {}).items() if k not in ("selector",)}
                raise AssertionError(f"waited {seconds:.0f} s in vain for {what}: {json.dumps(status)[:1500]}")
            time.sleep(0.2)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.cluster.server + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=_CONTEXT, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as fault:
            raise AssertionError(f"{method} {path}: {fault.code} {fault.read()[:600]!r}") from None


_HASH = "rollouts-pod-template-hash"
_WEIGHT = "nginx.ingress.kubernetes.io/canary-weight"
_BACKEND = {"service": {"name": "stable", "port": {"number": 80}}}
_PATH = {"path": "/", "pathType": "Prefix", "backend": _BACKEND}
_INGRESS = {"ingressClassName": "nginx", "rules": [{"host": "web.example.com", "http": {"paths": [_PATH]}}]}
_JOB = {"restartPolicy": "Never", "containers": [{"name": "smoke", "image": "smoke"}]}
_SMOKE = {"name": "smoke", "provider": {"job": {"spec": {"backoffLimit": 0, "template": {"spec": _JOB}}}}}


def _still(seen: Seen) -> tuple[object, ...]:
    return (seen.canary, seen.stable, seen.weights, seen.active)
