"""What this machine has of all that rolloutgen can use, and what each thing is for."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from rolloutgen import __version__
from rolloutgen.config.files import NAME, house_of
from rolloutgen.errors import RolloutgenError

State = Literal["found", "missing", "broken"]
_SECONDS = 10
_NO_WHEEL = "helm-python-sdk has wheels for Linux (glibc, x86_64 and aarch64), macOS on arm64 and Windows"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that is there or not. `version` and `where` are "" when it is not; `why` says what is broken. `means`
    tells what is possible with it, or what is lost without it and the way out."""

    name: str
    state: State
    version: str = ""
    where: str = ""
    why: str = ""
    means: str = ""
    renders: bool = False


@dataclass(frozen=True, slots=True)
class _Program:
    """A program: what it is asked for its version, where its answer has it, what it is for, what is lost without it."""

    name: str
    asked: tuple[str, ...]
    answer: str
    gives: str
    lost: str


_PROGRAMS = (
    _Program(
        "helm",
        ("version", "--template", "{{.Version}}"),
        r"(v\d+\.\d+\S*)",
        "`--helm helm` renders with it; deploys",
        "nothing deploys from here; `--helm` needs a path",
    ),
    _Program(
        "kubectl",
        ("version", "--client"),
        r"Client Version: (v\S+)",
        "the commands of runbook, cutover and NOTES.txt",
        "the commands of runbook, cutover and NOTES.txt cannot be run from here",
    ),
    _Program(
        "kubectl-argo-rollouts",
        ("version", "--short"),
        r"(v\d+\.\d+\S*)",
        "`kubectl argo rollouts`: watch, promote, abort a Rollout",
        "no `kubectl argo rollouts`: https://argo-rollouts.readthedocs.io/en/stable/installation/",
    ),
    _Program(
        "kubeconform",
        ("-v",),
        r"(v\d+\.\d+\S*|development)",
        "`validate --kubeconform`: a second opinion",
        "no `validate --kubeconform`: go install github.com/yannh/kubeconform/cmd/kubeconform@latest",
    ),
    _Program(
        "git",
        ("--version",),
        r"(\d+\.\d+\S*)",
        "`diff` and `check` against a revision, `update` of a scaffold",
        "`diff` and `check` compare two folders only, no `update` of a scaffold",
    ),
    _Program(
        "pre-commit",
        ("--version",),
        r"(\d+\.\d+\S*)",
        "the hooks of .pre-commit-hooks.yaml",
        "no hooks: pip install pre-commit",
    ),
)


def examine(folder: str) -> tuple[Remedy, ...]:
    """All that there is, in one order: Python, Helm, programs, libraries, the chart and the house file of `folder`.

    Programs are asked for their version only, each for ten seconds at most; none of them talks to a cluster.
    """
    with ThreadPoolExecutor(len(_PROGRAMS)) as pool:
        programs = pool.map(_program, _PROGRAMS)
        return (_python(), _embedded(), *programs, *_libraries(), *_here(folder))


def can_render(found: Sequence[Remedy]) -> bool:
    """Whether there is a Helm, embedded or as a program."""
    return any(one.renders for one in found)


def embedded_helm() -> str:
    """The version of the embedded Helm. Raises UsageError where there is none."""
    from rolloutgen.helm.native import version as of_library

    return of_library()


def _python() -> Remedy:
    where = str(Path(__file__).parent)
    said = f"{platform.python_version()} ({platform.system()}, {platform.machine()})"
    return Remedy("python", "found", said, where, means=f"rolloutgen {__version__}")


def _embedded() -> Remedy:
    name = "embedded Helm"
    try:
        return Remedy(name, "found", embedded_helm(), means="renders without any program", renders=True)
    except RolloutgenError:
        return Remedy(name, "missing", why=_NO_WHEEL, means="name a program: `--helm PATH`, Helm 3 or 4")
    except OSError as fault:  # the library is there, and the system does not load it
        return Remedy(name, "broken", why=str(fault), means="name a program: `--helm PATH`, Helm 3 or 4")


def _program(program: _Program) -> Remedy:
    where = shutil.which(program.name)
    if where is None:
        return Remedy(program.name, "missing", means=program.lost)
    try:
        done = subprocess.run(
            [where, *program.asked],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, "KUBECONFIG": os.devnull},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Remedy(program.name, "broken", "", where, f"no answer within {_SECONDS} seconds", program.lost)
    except OSError as fault:
        return Remedy(program.name, "broken", "", where, fault.strerror or str(fault), program.lost)
    said = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").strip()
    match = re.search(program.answer, said)
    if done.returncode or not match:
        why = f"`{program.name} {' '.join(program.asked)}` ended with {done.returncode}: {said[:200]}".rstrip(": ")
        return Remedy(program.name, "broken", "", where, why, program.lost)
    return Remedy(program.name, "found", match[1], where, means=program.gives, renders=program.name == "helm")


def _libraries() -> Iterator[Remedy]:
    uses: Mapping[str, tuple[str, str]] = {
        "jsonschema-rs": ("schemas are judged 80 times faster", "the slower jsonschema judges instead: same results"),
        "copier": ("`new` and `update`", "no `new` and `update`: pip install copier"),
    }
    for name, (gives, lost) in uses.items():
        try:
            yield Remedy(name, "found", version(name), means=gives)
        except PackageNotFoundError:
            yield Remedy(name, "missing", means=lost)


def _here(folder: str) -> Iterator[Remedy]:
    """The chart in `folder` and the house files that hold for it."""
    from rolloutgen.chart.chart import load_chart
    from rolloutgen.config.record import read_record

    if (Path(folder) / "Chart.yaml").is_file():
        try:
            chart = load_chart(folder)
            record = read_record(chart)
        except RolloutgenError as fault:
            yield Remedy("chart here", "broken", "", folder, str(fault))
        else:
            means = f"converted by rolloutgen {record.version}" if record else "not converted"
            yield Remedy("chart here", "found", f"{chart.name} {chart.version}", folder, means=means)
    else:
        yield Remedy("chart here", "missing", means="commands take the chart's path")
    try:
        house = house_of(folder)
    except RolloutgenError as fault:
        yield Remedy("house file", "broken", "", fault.path or folder, str(fault))
        return
    if not house.paths:
        yield Remedy("house file", "missing", means=f"no {NAME} here or above: options and defaults alone hold")
        return
    keys = ", ".join(house.body())
    yield Remedy("house file", "found", "", ", ".join(house.paths), means=f"sets {keys}" if keys else "sets nothing")
