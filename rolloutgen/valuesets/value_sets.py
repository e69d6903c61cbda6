"""Which value sets a chart is rendered under: the user's, the chart's own, and those derived from its conditions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Release, ValueSet

SHORT = Release("rg", "rg-a")
LONG = Release("release-name-of-the-longest-kind-that-helm-permits-53", "rg-b")  # 53 characters
CI_VALUES = re.compile(r"ci/[^/]*values\.ya?ml")
_FURTHER_VALUES = re.compile(r"(?:(?:values|envs?|environments)/[\w.-]+|values[-_.][\w.-]+|[\w.-]+[-_.]values)\.ya?ml")
_MOST_FILES = 8
_RELEASE_NAME = re.compile(r"(?=.{1,53}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_HAS = ("Capabilities", "APIVersions", "Has")
_OLD_KUBERNETES = "1.20.0"  # the last with HPA v2beta2 and Ingress v1beta1, which charts branch on
_MOST_TOGGLES = 400


class ValueSets(NamedTuple):
    """The value sets in order; the first is the user's, or the defaults. `left_out` toggles exceeded the bound."""

    sets: tuple[ValueSet, ...]
    left_out: int = 0


def chosen_sets(chart: Chart, engine: HelmEngine, options: Options) -> ValueSets:
    """The value sets under which `options` have a conversion of the chart proven: `base_sets`; a release and a
    namespace that are called like the chart, as texts with a Service's name written out expect it; the files of values
    beside values.yaml; then `toggle_sets` over the first of them.

    Raises UsageError where a values file cannot be read, ChartError where one of the chart's own is broken.
    """
    base = base_sets(chart, engine, options)
    derived = toggle_sets(chart, base[0], toggles=options.toggles)
    given = base[0]
    alike = not options.service_names and _RELEASE_NAME.fullmatch(chart.name)
    release = given.release._replace(name=chart.name, namespace=chart.name)
    further = [ValueSet(f"{given.name}, release {chart.name}", given.values, release, True)] if alike else []
    further += _beside(chart, base)
    return ValueSets((*base, *further, *derived.sets), derived.left_out)


def _beside(chart: Chart, base: Sequence[ValueSet]) -> Iterator[ValueSet]:
    """What the chart's files of values beside values.yaml give; those of another program, or templates, count not, and
    those that describe the values (a mapping in the place of a text) are none."""
    given = base[0]
    known = {value_set.name for value_set in base}
    beside = [path for path in sorted(chart.files) if _FURTHER_VALUES.fullmatch(path) and path not in known]
    defaults: Mapping[str, Any] | None = None
    for path in beside[:_MOST_FILES]:
        try:
            values = _of_chart(chart, path)
            if defaults is None:
                defaults = _of_chart(chart, "values.yaml") if "values.yaml" in chart.files else {}
        except RolloutgenError:
            continue
        if _fits(values, defaults):
            yield ValueSet(path, goyaml.merge(given.values, values), given.release, True)


def _fits(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    """Whether the values have mappings only where the defaults have them, or are off or empty."""
    for key, value in values.items():
        default = defaults.get(key)
        if isinstance(value, dict) and not (_fits(value, default) if isinstance(default, dict) else not default):
            return False
    return True


def base_sets(chart: Chart, engine: HelmEngine, options: Options) -> tuple[ValueSet, ...]:
    """What the user gave (or the defaults) and each named set under both releases, then each ci/*-values.yaml and the
    values-NAME.yaml of the environments, then the capabilities that the templates ask for. Raises as `chosen_sets`."""
    kube_version = options.kube_version
    short, long = SHORT._replace(kube_version=kube_version), LONG._replace(kube_version=kube_version)
    given = layer(options.values, options.sets, engine)
    layered = {"values" if options.values or options.sets else "defaults": given}
    layered.update((name, layer(files, (), engine)) for name, files in options.value_sets)
    found = [ValueSet(name, values, short) for name, values in layered.items()]
    found += [ValueSet(f"{name}, long release name", values, long) for name, values in layered.items()]
    own = own_files(chart, options.house.environments)
    found += [ValueSet(path, _of_chart(chart, path), short) for path in own]
    return (*found, *_by_capabilities(chart, found[0], kube_version))


def own_files(chart: Chart, environments: Iterable[str]) -> list[str]:
    """The chart's own files of values: ci/*-values.yaml, and the values-NAME.yaml of `environments`."""
    files = [environment_file(chart, name) for name in environments]
    return [path for path in sorted(chart.files) if CI_VALUES.fullmatch(path)] + [
        path for path in files if path in chart.files
    ]


def environment_file(chart: Chart, name: str) -> str:
    """The chart's file of values for the environment `name`, whether there is one or not."""
    other = f"values-{name}.yml"
    return other if other in chart.files else f"values-{name}.yaml"


def toggle_sets(chart: Chart, over: ValueSet, *, toggles: str | int = 24) -> ValueSets:
    """The value sets that flip what the templates' conditions read, over the values of `over`.

    `toggles` is "all", "none" or how many; a set that does not render is the caller's to skip.
    """
    if toggles in ("none", "0", 0):
        return ValueSets(())
    most = _MOST_TOGGLES if toggles == "all" else min(int(toggles), _MOST_TOGGLES)
    from rolloutgen.valuesets.toggles import toggles_of

    found = toggles_of(chart, over.values)
    flipped = (
        ValueSet(toggle.name, goyaml.merge(over.values, toggle.values), over.release, True, toggle.invented)
        for toggle in found[:most]
    )
    return ValueSets(tuple(flipped), max(0, len(found) - most))


def layer(files: Sequence[str], sets: Sequence[str], engine: HelmEngine) -> Mapping[str, Any]:
    """`--values` files over each other and `--set` over them, as Helm layers them. Raises UsageError."""
    merged: Mapping[str, Any] = {}
    for path in files:
        merged = goyaml.merge(merged, read_values(path))
    return goyaml.merge(merged, engine.set_values(sets)) if sets else merged


def read_values(path: str) -> Mapping[str, Any]:
    """A values file from disk. Raises UsageError where it is missing or no YAML mapping."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path=path) from None
    return parse_values(text, path)


def _of_chart(chart: Chart, path: str) -> Mapping[str, Any]:
    return parse_values(chart.text(path), posixpath.join(chart.root, path))


def parse_values(text: str, path: str) -> Mapping[str, Any]:
    """The text of a values file; `path` is for messages. Raises UsageError where it is no YAML mapping."""
    try:
        body = goyaml.load(text.removeprefix("\ufeff"))
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=path, line=fault.line) from None
    if body is not None and not isinstance(body, dict):
        raise UsageError("the values are not a mapping", path=path, line=1)
    return body or {}


def asked_api_versions(chart: Chart) -> tuple[str, ...]:
    """The API versions that the templates look for in the cluster, sorted."""
    if not any(b"APIVersions" in chart.files[path] for path in chart.template_paths):
        return ()
    from rolloutgen.gotemplate.conditions import chart_expressions

    calls = (node for code in chart_expressions(chart) for node in code.nodes() if node.kind == "method")
    asked = (call.parts[1] for call in calls if call.parts[0].path()[1] == _HAS)
    return tuple(sorted({version.text for version in asked if version.kind == "text"}))


def _by_capabilities(chart: Chart, over: ValueSet, kube_version: str) -> Iterator[ValueSet]:
    texts = [chart.files[path].decode("utf-8", "replace") for path in chart.template_paths]
    asked = asked_api_versions(chart)
    if asked:
        release = over.release._replace(api_versions=asked)
        yield ValueSet(
            f"{over.name}, with {', '.join(asked[:3])}{' ...' * (len(asked) > 3)}", over.values, release, True
        )
    if not kube_version and any("KubeVersion" in text for text in texts):
        release = over.release._replace(kube_version=_OLD_KUBERNETES)
        yield ValueSet(f"{over.name}, Kubernetes {_OLD_KUBERNETES}", over.values, release, True)
