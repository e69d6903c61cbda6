"""A real cluster on loopback: etcd, API server, controller manager, scheduler, a node of KWOK, the rollouts controller.

Pods become ready without running anything. The programs lie in $ROLLOUTGEN_PROGRAMS (.ci/programs builds them) or on
PATH, the CRDs and KWOK's stages beside them; etcd is Debian's etcd-server.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = (
    "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "rollouts-controller", "kubectl",
    "kubectl-argo-rollouts", "openssl",
)  # fmt: skip
_TOKEN = "admin-token"
_NODE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {
        "name": "n1",
        "annotations": {"kwok.x-k8s.io/node": "fake"},
        "labels": {"kubernetes.io/hostname": "n1"},
    },
}


def programs() -> Path:
    """The folder with programs, CRDs and stages."""
    return Path(os.environ.get("ROLLOUTGEN_PROGRAMS") or Path.home() / ".cache" / "rolloutgen-programs")


def search_path() -> str:
    """PATH with that folder in front."""
    return os.pathsep.join([str(programs()), os.environ.get("PATH", "")])


def missing() -> list[str]:
    """What there is not of all that a cluster needs."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]
    return absent + [name for name in ("crds", "stages") if not (programs() / name).is_dir()]


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    folder: Path
    server: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What kubectl and helm need in their environment."""
        return {**os.environ, "KUBECONFIG": str(self.folder / "kubeconfig"), "PATH": search_path()}

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What kubectl prints. Raises CalledProcessError with its complaint in the output of the test."""
        done = subprocess.run(
            ["kubectl", *arguments], input=stdin, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def get(self, path: str) -> dict[str, Any]:
        """An object or a list from the API server, by path: quick enough to watch with."""
        request = urllib.request.Request(f"{self.server}{path}", headers={"Authorization": f"Bearer {_TOKEN}"})
        with urllib.request.urlopen(request, context=_UNVERIFIED, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


_UNVERIFIED = ssl._create_unverified_context()  # loopback, a certificate that the server has just made


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster with its state in `folder`; all its processes end with the block."""
    store, peer, port, kwok, metrics, health = _free_ports(6)
    server = f"https://127.0.0.1:{port}"
    cluster = Cluster(folder, server)
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            program = shutil.which(command[0], path=search_path())
            assert program is not None
            processes.append(
                subprocess.Popen([program, *command[1:]], stdout=log, stderr=log, cwd=folder, start_new_session=True)
            )

    _write_access(folder, server)
    try:
        start(
            "etcd", "etcd", f"--data-dir={folder}/etcd", f"--listen-client-urls=http://127.0.0.1:{store}",
            f"--advertise-client-urls=http://127.0.0.1:{store}", f"--listen-peer-urls=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
        )  # fmt: skip
        start(
            "api", "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{store}", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", f"--secure-port={port}", f"--cert-dir={folder}/certificates",
            f"--token-auth-file={folder}/tokens.csv", "--authorization-mode=RBAC",
            f"--service-account-key-file={folder}/key", f"--service-account-signing-key-file={folder}/key",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount",
            "--feature-gates=WatchList=false",  # Debian's etcd cannot; KWOK would try in vain and see pods late
        )  # fmt: skip
        _until(lambda: _ready(cluster), "the API server is ready", 120)
        access = f"--kubeconfig={folder}/kubeconfig"
        quiet = ("--bind-address=127.0.0.1", "--leader-elect=false", "--secure-port=0")
        start("manager", "kube-controller-manager", access, f"--service-account-private-key-file={folder}/key", *quiet)
        start("scheduler", "kube-scheduler", access, *quiet)
        for path in sorted((programs() / "crds").glob("*.yaml")):
            cluster.kubectl("apply", "--server-side", "-f", str(path))
        room = {"cpu": "640", "memory": "2560Gi", "pods": "5000"}
        cluster.kubectl(
            "create", "-f", "-", stdin=json.dumps({**_NODE, "status": {"allocatable": room, "capacity": room}})
        )
        stages = [f"--config={path}" for path in sorted((programs() / "stages").glob("*.yaml"))]
        # Without leases: with them pods stay pending for half a minute.
        start("kwok", "kwok", access, *stages, "--manage-all-nodes=true", "--node-lease-duration-seconds=0",
              f"--server-address=127.0.0.1:{kwok}")  # fmt: skip
        for namespace in ("argo-rollouts", "istio-system"):
            cluster.kubectl("create", "namespace", namespace)
        start("rollouts", "rollouts-controller", access, "--leader-elect=false", "--namespace=",
              f"--metricsport={metrics}", f"--healthzPort={health}")  # fmt: skip
        yield cluster
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(processes):
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _write_access(folder: Path, server: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["openssl", "genrsa", "-out", str(folder / "key"), "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f"{_TOKEN},admin,admin,system:masters\n")
    access = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "kubeconfig").write_text(json.dumps(access))
    (folder / "kubeconfig").chmod(0o600)  # helm warns of others


def _ready(cluster: Cluster) -> bool:
    try:
        request = urllib.request.Request(f"{cluster.server}/readyz", headers={"Authorization": f"Bearer {_TOKEN}"})
        with urllib.request.urlopen(request, context=_UNVERIFIED, timeout=5) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


def _until(holds: Any, what: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.3)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
