"""The Deployments that a chart renders: which stand in its own templates, and what is said of those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rolloutgen.config.options import Options
from rolloutgen.errors import ChartRefused, RenderError, RolloutgenError
from rolloutgen.gotemplate.sources import Sources, maker
from rolloutgen.kube.naming import same_when_cut
from rolloutgen.kube.tree import dig
from rolloutgen.model import Diagnostic, Manifest, Refusal, Rendered

Found = tuple[Rendered, Manifest]


def deployments(renders: Sequence[Rendered]) -> tuple[list[Found], list[Found]]:
    """The Deployments of all renders: those of the chart's own templates, and those of its dependencies."""
    own: list[Found] = []
    foreign: list[Found] = []
    for render in renders:
        for manifest in render.objects:
            if manifest.ref.kind == "Deployment" and manifest.ref.group in ("apps", "extensions"):
                (foreign if manifest.template.startswith("charts/") else own).append((render, manifest))
    return own, foreign


def without_collisions(renders: Sequence[Rendered]) -> list[Rendered]:
    """The renders but for those of another release name than the first's under which two Deployments get one name or
    one selector (cut to 63 characters or less): such a release says nothing of what belongs to which workload."""
    usual = renders[0].value_set.release.name
    return [render for render in renders if render.value_set.release.name == usual or not _collide(render)]


def _collide(render: Rendered) -> bool:
    found = (m for m in render.objects if m.ref.kind == "Deployment")
    return same_when_cut(found, render.value_set.release) is not None


def selecting(render: Rendered) -> Rendered | RolloutgenError:
    """The render, or a RenderError where values that nobody gave leave a Deployment without a name or without labels to
    select: the API server takes no such Deployment, so nothing can become of it."""
    for manifest in render.objects if render.value_set.derived else ():
        if manifest.ref.kind != "Deployment":
            continue
        selector = dig(manifest.body, "spec", "selector")
        if not manifest.ref.name:
            return RenderError("a Deployment has no name", path=manifest.template)
        if isinstance(selector, Mapping) and not any(selector.values()):
            return RenderError(f"{manifest.ref} selects nothing", path=manifest.template)
    return render


def nothing(renders: Sequence[Rendered], foreign: list[Found]) -> ChartRefused:
    """The refusal of a chart that renders no Deployment of its own."""
    if foreign:
        name = foreign[0][1].template.split("/")[1]
        return ChartRefused(
            Refusal(
                "deployment-in-dependency",
                foreign[0][1].template,
                0,
                f"the only Deployments come from the dependency {name}",
                f"Convert the chart {name} itself, or take its templates into this chart.",
            )
        )
    kinds = sorted({m.ref.kind for r in renders for m in r.objects if m.ref.kind in ("StatefulSet", "DaemonSet")})
    if kinds:
        place = next(m for r in renders for m in r.objects if m.ref.kind in kinds)
        return ChartRefused(
            Refusal(
                "no-deployment",
                place.template,
                0,
                f"it renders no Deployment, only a {kinds[0]}",
                "A Rollout replaces a Deployment; a StatefulSet or DaemonSet has no counterpart in Argo Rollouts.",
            )
        )
    return ChartRefused(
        Refusal(
            "no-deployment",
            "Chart.yaml",
            1,
            "no value set renders a Deployment",
            "When a value switches it on, give it with --values or --set.",
        )
    )


def of_dependencies(foreign: list[Found]) -> Iterable[Diagnostic]:
    """A finding for each template of a dependency that renders a Deployment."""
    for template in dict.fromkeys(manifest.template for _, manifest in foreign):
        yield Diagnostic(
            "deployment-in-dependency",
            "info",
            f"a Deployment of the dependency {template.split('/')[1]} stays",
            "Convert that chart itself.",
            template,
        )


def unplaced(own: list[Found], sources: Sources) -> Iterable[Diagnostic]:
    """A finding for each Deployment whose text stands in no template, such as one that values hold whole.

    Raises ChartRefused where that is all the chart has.
    """
    lost = dict.fromkeys((manifest.template, manifest.ref) for _, manifest in own if not manifest.site)
    if lost and all(not manifest.site for _, manifest in own):
        template, ref = next(iter(lost))
        why, hint = _elsewhere(template, sources)
        raise ChartRefused(Refusal("deployment-not-in-source", template, 1, f"the text of {ref} {why}", hint))
    for template in dict.fromkeys(template for template, _ in lost):
        ref = next(ref for path, ref in lost if path == template)
        why, hint = _elsewhere(template, sources)
        yield Diagnostic("deployment-not-in-source", "warning", f"{ref} stays: its text {why}", hint, template, 1)


def _elsewhere(template: str, sources: Sources) -> tuple[str, str]:
    """Why the text of a Deployment is not in the templates, and the way out."""
    source = sources.files.get(template)
    tops = [node for document in source.documents for node in document.nodes] if source else []
    if source and any(not node.key and source.text[node.value.start : node.value.start + 1] == "{" for node in tops):
        return (
            "is a flow mapping (JSON), which has no lines of its own for a strategy",
            "Write the Deployment with its keys on lines of their own, as templates usually do.",
        )
    by = maker(sources, template, "Deployment")
    return (
        f"is no document of this chart's templates: {by} makes it",
        "Write the Deployment as a document of its own in this chart, or convert the library that defines it.",
    )


def chosen(sites: Sequence[str], own: list[Found], options: Options) -> tuple[str, ...]:
    """The sites that --workload names; all without it. Raises ChartRefused where it names one that is not there."""
    if not options.workloads:
        return tuple(sites)
    names = {(manifest.site, manifest.ref.name) for _, manifest in own}
    unknown = [name for name in options.workloads if all(name != known for _, known in names)]
    if unknown:
        raise ChartRefused(_no_such_workload(unknown, own))
    return tuple(site for site in sites if any((site, name) in names for name in options.workloads))


def _no_such_workload(unknown: Sequence[str], own: list[Found]) -> Refusal:
    release = own[0][0].value_set.release
    names = ", ".join(dict.fromkeys(m.ref.name for render, m in own if render.value_set.release == release))
    return Refusal(
        "no-such-workload",
        own[0][1].template,
        0,
        f"no Deployment is called {', '.join(unknown)}",
        f"The chart renders: {names}",
    )
