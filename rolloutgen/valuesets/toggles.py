"""Values that take other branches than the given ones: each switch a template reads, and the pairs that meet.

A flip must be plausible, not only possible: a value set that no operator would choose may refuse a good chart. So
booleans, names that templates compare with, empty lists and maps of which Kubernetes fixes the shape.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.conditions import Keys, Read, conditions_around, read_conditions, value_paths
from rolloutgen.kube.references import FOLLOWED, kinds_naming
from rolloutgen.kube.release import DEPLOYMENT, SERVICE, SERVICE_MONITOR
from rolloutgen.model import Json

_MOST_LITERALS = 3
_LONGEST_WORD = 40  # of a name made from a value's path: names of ports and volumes end at 63
_SWITCH = re.compile(r"^(enabled?|create|.*Enabled?|use[A-Z].*|install[A-Z]?.*)$")
_NAME = re.compile(r"(?i)^(existing\w*|\w*(secret|claim|class|account|configmap)(name)?|\w*nameoverride)$")
_COUNT = re.compile(r"(?i)(replica|port|count|size|seconds)")
_NUMBER = re.compile(r"(?i)(replica|port|count|size|seconds|percent|utilization|average|weight|threshold)")
_NUMBERS = {"min": 2, "max": 5}
_WORD = "rg-toggle"
_LABEL = {"rolloutgen.example/rg-toggle": "x"}
# The shapes of pod fields and metadata, by the last key of the value that a chart passes on with toYaml.
_SHAPES_OF: tuple[tuple[str, Json], ...] = (
    ("annotations podAnnotations labels podLabels commonLabels commonAnnotations nodeSelector", _LABEL),
    ("tolerations", [{"key": "rolloutgen.example/rg-toggle", "operator": "Exists"}]),
    ("affinity", {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
    (
        "topologySpreadConstraints",
        [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}],
    ),
    ("resources", {"requests": {"cpu": "100m", "memory": "128Mi"}}),
    ("securityContext podSecurityContext containerSecurityContext", {"runAsUser": 1000}),
    ("imagePullSecrets", [{"name": "rg-toggle"}]),
    ("extraEnv extraEnvs extraEnvVars envVars", [{"name": "RG_TOGGLE", "value": "x"}]),
    ("envFrom extraEnvFrom", [{"configMapRef": {"name": "rg-toggle"}}]),
    ("volumes extraVolumes additionalVolumes", [{"name": "rg-toggle", "emptyDir": {}}]),
    ("volumeMounts extraVolumeMounts additionalVolumeMounts", [{"name": "rg-toggle", "mountPath": "/rg-toggle"}]),
    ("initContainers extraInitContainers extraContainers sidecars", [{"name": "rg-toggle", "image": "rg-toggle"}]),
    ("extraArgs args command", ["rg-toggle"]),
    ("hostAliases", [{"ip": "127.0.0.1", "hostnames": ["rg-toggle"]}]),
)
SHAPES: Mapping[str, Json] = {key: shape for keys, shape in _SHAPES_OF for key in keys.split()}


@dataclass(frozen=True, slots=True)
class Toggle:
    """Overrides to lay over the given values, with a name that says what they change. `invented` as in ValueSet."""

    name: str
    values: Mapping[str, Any]
    invented: bool = False


@dataclass(frozen=True, slots=True)
class _Flip:
    keys: Keys
    value: Json

    @property
    def name(self) -> str:
        shown = "..." if isinstance(self.value, dict | list) and self.value else _shown(self.value)
        return f"{'.'.join(self.keys)}={shown}"

    @property
    def is_invented(self) -> bool:
        """Whether the value is a list, a map or a name of ours."""
        return isinstance(self.value, dict | list) or self.value == _WORD


def toggles_of(chart: Chart, base: Mapping[str, Any]) -> tuple[Toggle, ...]:
    """The toggles of a chart over the overrides `base`, the most telling first; the caller takes as many as it likes.

    Raises ChartError where values.yaml is broken.
    """
    values = goyaml.merge(chart.values, base)
    reads = [read for read in read_conditions(chart) if not read.file.endswith("NOTES.txt")]
    naming = _naming()
    workloads = [read for read in reads if _renders_a_workload(chart, read.file)]
    leading = [read for read in reads if read not in workloads and naming.search(chart.text(read.file))]
    ordered = list(dict.fromkeys([*leading, *workloads, *reads]))
    toggles = [*_revealed(chart, values), *_together(ordered, values)]
    toggles += _one_by_one(ordered, values)
    toggles += [*_pairs(ordered, values), *_fills_one_by_one(ordered, values)]
    unique: dict[str, Toggle] = {}
    for toggle in toggles:
        unique.setdefault(repr(toggle.values), toggle)
    return tuple(unique.values())


def _naming() -> re.Pattern[str]:
    """Matches the kind of an object that names a Service or a workload, or selects Services by their labels."""
    kinds = (
        *kinds_naming(SERVICE, (*FOLLOWED, "called", "own")),
        *kinds_naming(DEPLOYMENT, ("scale",)),
        SERVICE_MONITOR,
    )
    names = "|".join(dict.fromkeys(kind for _, kind in kinds))
    return re.compile(rf"(?m)^kind:[ \t]*[\"']?(?:{names})\b")


def _revealed(chart: Chart, values: Mapping[str, Any]) -> Iterator[Toggle]:
    """The switches that hide objects which name a Service or a workload, on: what a bound left out of those would show
    only in a cluster, as a backend that is gone."""
    paths = value_paths(chart)
    for around in conditions_around(chart, _naming()):
        hidden = [_Flip(keys, _given_for(keys, values, paths)) for keys in sorted(around) if _has_place(keys, values)]
        if any(flip.value is not None for flip in hidden):
            yield _toggle([flip for flip in hidden if flip.value is not None])


def _given_for(keys: Keys, values: Mapping[str, Any], paths: Collection[Keys]) -> Json:
    """What switches on what hides behind a value that is off or empty; None where it is on, or nothing is plausible.

    A mapping that values.yaml leaves out (it may stand there as a comment) has what the templates read of it.
    """
    value = _at(keys, values)
    if value is False or (value is None and keys and _SWITCH.match(keys[-1])):
        return True
    if not keys or value not in (None, "", {}):
        return None
    below = {path[len(keys) :] for path in paths if path[: len(keys)] == keys and len(path) > len(keys)}
    if below and value != "":
        return _nested(_Flip(path, _plausible(path[-1])) for path in sorted(below, key=lambda path: (len(path), path)))
    return None if value == {} else _WORD


def _plausible(last: str) -> Json:
    """A value for a key of that name."""
    if _SWITCH.match(last):
        return True
    return _NUMBERS[last[:3]] if last[:3] in _NUMBERS else 80 if _NUMBER.search(last) else _WORD


def _together(reads: Sequence[Read], values: Mapping[str, Any]) -> Iterator[Toggle]:
    """All that is empty filled at once, and all that is filled emptied: they seldom depend on each other."""
    fills = list(_unique(flip for read in reads for flip in _fills(read, values)))
    if fills:
        yield Toggle("pod fields filled", _nested(fills), True)
    empties = list(_unique(flip for read in reads for flip in _empties(read, values)))
    if empties:
        yield Toggle("lists emptied", _nested(empties), True)
    probes = list(_unique(flip for read in reads for flip in _flips(read, values) if _of_probe(flip)))
    if probes:
        yield Toggle("probes switched", _nested(probes), True)


def _one_by_one(reads: Sequence[Read], values: Mapping[str, Any]) -> Iterator[Toggle]:
    """Each switch, together with those that it is hidden behind."""
    for read in reads:
        for flip in _flips(read, values):
            if not _of_probe(flip):
                yield _toggle([*_opened(read, values), flip])


def _of_probe(flip: _Flip) -> bool:
    """Whether a switch is one of a probe: each leaves all else alone, so that they are flipped together."""
    return isinstance(flip.value, bool) and len(flip.keys) > 1 and flip.keys[-2].endswith(("Probe", "probe"))


def _pairs(reads: Sequence[Read], values: Mapping[str, Any]) -> Iterator[Toggle]:
    """Two booleans that one file reads, both flipped."""
    by_file: dict[str, dict[Keys, _Flip]] = {}
    for read in reads:
        for flip in _flips(read, values):
            if isinstance(flip.value, bool) and not _of_probe(flip):
                by_file.setdefault(read.file, {})[flip.keys] = flip
    for flips in by_file.values():
        several = list(flips.values())
        for index, one in enumerate(several):
            yield from (_toggle([one, other]) for other in several[index + 1 :])


def _fills_one_by_one(reads: Sequence[Read], values: Mapping[str, Any]) -> Iterator[Toggle]:
    for read in reads:
        for flip in (*_fills(read, values), *_empties(read, values)):
            yield _toggle([*_opened(read, values), flip])


def _flips(read: Read, values: Mapping[str, Any]) -> Iterator[_Flip]:
    """Other plausible values of a switch: a boolean turned, a name that it is compared with, 0 and 1."""
    if read.use != "truth" or not read.keys or not _has_place(read.keys, values):
        return
    value = _at(read.keys, values)
    literals = [literal for literal in read.literals if literal != value][:_MOST_LITERALS]
    if isinstance(value, bool):
        yield _Flip(read.keys, not value)
    elif value is None and not literals and _SWITCH.match(read.keys[-1]):
        yield _Flip(read.keys, True)
    elif isinstance(value, str) or value is None:
        yield from (_Flip(read.keys, literal) for literal in literals)
        if value == "" and not literals and _NAME.match(read.keys[-1]):
            yield _Flip(read.keys, _WORD)
    elif isinstance(value, int) and not _COUNT.search(read.keys[-1]):
        yield _Flip(read.keys, 0 if value else 1)


def _fills(read: Read, values: Mapping[str, Any]) -> Iterator[_Flip]:
    """A shape for what is empty, where Kubernetes or the loop over it tells the shape."""
    value = _at(read.keys, values)
    if not read.keys or value or isinstance(value, bool | int | str) or not _has_place(read.keys, values):
        return
    shape = SHAPES.get(read.keys[-1])
    if read.use == "yaml" and shape is not None and (value is None or type(value) is type(shape)):
        yield _Flip(read.keys, with_own_names(shape, read.keys))
    elif read.use == "loop" and read.pairs and isinstance(value, dict):
        yield _Flip(read.keys, with_own_names({"RG_TOGGLE": "x"}, read.keys))


def with_own_names(shape: Json, keys: Keys) -> Json:
    """The shape with names of its own: a chart may put two values into one list, where each name stands once."""
    if isinstance(shape, dict):
        return {with_own_names(key, keys): with_own_names(value, keys) for key, value in shape.items()}
    if isinstance(shape, list):
        return [with_own_names(item, keys) for item in shape]
    if not isinstance(shape, str):
        return shape
    word = re.sub(r"[^a-z0-9]+", "-", "-".join(keys).lower())[-_LONGEST_WORD:].strip("-")
    return shape.replace("rg-toggle", f"rg-{word}").replace("RG_TOGGLE", f"RG_{word.replace('-', '_').upper()}")


def _empties(read: Read, values: Mapping[str, Any]) -> Iterator[_Flip]:
    value = _at(read.keys, values)
    if isinstance(value, list) and value and read.keys:
        yield _Flip(read.keys, [])


def _opened(read: Read, values: Mapping[str, Any]) -> Iterator[_Flip]:
    """The switches around a place that are off, on."""
    for keys in sorted(read.around):
        if keys != read.keys and _at(keys, values) is False:
            yield _Flip(keys, True)


def _renders_a_workload(chart: Chart, path: str) -> bool:
    data = chart.files[path]
    return b"Deployment" in data or b"containers:" in data or b"kind: Service" in data


def _at(keys: Keys, values: Json) -> Json:
    for key in keys:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _has_place(keys: Keys, values: Json) -> bool:
    """Whether every part of the path above the last is a mapping or absent."""
    above = [_at(keys[:depth], values) for depth in range(1, len(keys))]
    return all(part is None or isinstance(part, dict) for part in above)


def _nested(flips: Iterable[_Flip]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for flip in flips:
        value: Json = flip.value
        for key in reversed(flip.keys):
            value = {key: value}
        merged = goyaml.merge(merged, value)
    return merged


def _toggle(flips: Sequence[_Flip]) -> Toggle:
    name = ", ".join(flip.name for flip in flips)
    return Toggle(name, _nested(flips), any(flip.is_invented for flip in flips))


def _unique(flips: Iterable[_Flip]) -> Iterator[_Flip]:
    yield from {flip.keys: flip for flip in flips}.values()


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
