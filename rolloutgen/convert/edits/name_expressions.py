"""Names as expressions that hold at any file's root: what an object's place knows is resolved, or put in a define.

How templates cut the name of a Service, so that a suffix has room behind it.

The template expressions by which one workload, its Services and its labels are named, and where each may be used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rolloutgen.chart.dependencies import declared
from rolloutgen.convert.discover.pairing import SitePair, condition, in_one_loop, paired, paired_by_name, presence
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.edits.operations import Define
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.calls import told_text
from rolloutgen.gotemplate.expressions import expression, free_variables, grouped, printed, reads_dot, with_root
from rolloutgen.gotemplate.object_names import name_choice, name_of, resolved, without_nil
from rolloutgen.gotemplate.scope import (
    Scope,
    has_root_only,
    is_shared,
    root_symbol,
    same_scope,
    site_scope,
    sole_call,
    variables,
)
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.kube.naming import LONGEST, track_suffixes

WORD = re.compile(r'"([\w.-]*\w)"')


def closed_code(code: str, scope: Scope, sources: Sources) -> str | None:
    """`code` so that it may stand at any file's root, None when it needs its surroundings."""
    root = root_symbol(scope, sources)
    if free_variables(code) or root is None:
        return None
    if not has_root_only(scope, sources):
        given = sole_call(scope, sources)
        text = told_text(printed(code), given) if given and not root.startswith("$") else None
        return expression(text) if text else None
    if root == "." or not reads_dot(code):
        return re.sub(r"\$(?=\.|\s|\)|$)", lambda m: "" if code[m.end() : m.end() + 1] == "." else ".", code)
    return None


def name_anywhere(site: Site, sources: Sources, define: str, about: str) -> tuple[str | None, tuple[Define, ...]]:
    """An expression of an object's name that holds at any file's root, with the define that it may need; None when its
    name cannot be read outside its place."""
    code = name_of(site)
    if code is None:
        return None, ()
    scope = site_scope(site)
    closed = closed_code(code, scope, sources)
    if closed is not None:
        return closed, ()
    body = define_body(code, scope, sources)
    return (None, ()) if body is None else (f'include "{define}" .', (Define(define, body, about),))


def define_body(code: str, scope: Scope, sources: Sources, suffix: str = "", text: str = "") -> str | None:
    """The body of a define that yields `code` and `suffix` when it is called with the root; None where it cannot.
    `text`, where it is given, says the same as `code` and is printed."""
    root = root_symbol(scope, sources)
    if scope.ranged or root is None:
        return None
    if not has_root_only(scope, sources):
        closed = None if text else closed_code(code, scope, sources)
        return printed(closed) + suffix if closed else None
    withs = [(block, branch) for block, branch in scope.blocks if block.keyword == "with"] if reads_dot(code) else []
    opening = [block.openers[branch].span.of(scope.source.text) for block, branch in withs]
    prelude = variables(scope, free_variables(code + "".join(opening)), code)
    if prelude is None or any(branch for _, branch in withs):
        return None
    lines = [*(line.removesuffix(" }}") + " -}}" for line in prelude)]
    lines += ["{{- " + head.strip("{}").strip("- ").strip() + " -}}" for head in opening]
    word = WORD.fullmatch(code)
    lines += [(text or (word[1] if word else f"{{{{ {code} }}}}")) + suffix, *("{{- end -}}" for _ in opening)]
    return "\n".join(lines)


# The same as objects.naming.distinct.
_BODY = """\
{{- $name := index . 0 -}}
{{- $length := index . 1 -}}
{{- if le (len $name) $length -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" ($name | trunc (int (sub $length 9)) | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}"""
_ABOUT = "The name of (name, length), cut where it is too long; a hash then stands for what is missing."


def cut_name(define: str) -> Define:
    """The define of that name, which cuts names of several Services so that they stay different."""
    return Define(define, _BODY, _ABOUT)


def cut(code: str, length: int, define: str = "") -> str:
    """The expression `code` cut to `length`, which a short word needs not; by `define`, if one is given."""
    word = WORD.fullmatch(code)
    if word and len(word[1]) <= length:
        return code
    return (
        f'include "{define}" (list {grouped(code)} {length})' if define else f'{code} | trunc {length} | trimSuffix "-"'
    )


# The last parts of the names of defines that a conversion may make.
_OURS = (
    "activeService", "analysedSteps", "autoscaled", "backgroundAnalysis", "baseService", "basicCanary",
    "canaryService", "cutName", "hasService", "hasVirtualService", "overlay", "previewService", "publicHosts",
    "rolledOut", "rollout", "rolloutBody", "rolloutHosts", "rolloutName", "rolloutReplicas", "routed", "stableService",
    "subscriptions", "trafficPort", "trafficPorts", "updateStrategy", "versionedName", "virtualService",
)  # fmt: skip
_PREFIX = re.compile(r"^[A-Za-z0-9_-]+\.(?:.*\.)?(?:fullname|name|labels|chart|selectorLabels)$")


@dataclass(frozen=True)
class Terms:
    """How templates name one workload.

    `prefix` begins the names of its defines. `name`, `stable` and `canary` are expressions (no braces). When `local` is
    set they read what surrounds `service_scope` (the Service stands in a loop) and are valid only in an equal scope;
    otherwise they read the root as `.` and are valid everywhere once `at` has adapted the dot. Local terms also know
    when: `condition` is the expression, at the Deployment, under which its Service is printed ("" for always), and
    `present` the one, at the Service, under which its Deployment is. `beside` are the terms as the Service's place has
    them, where they differ.
    """

    prefix: str
    block: str
    name: str
    stable: str
    canary: str
    local: bool
    service_scope: Scope | None
    values_key: str
    namespace: str = ".Release.Namespace"
    condition: str = ""
    present: str = ""
    beside: Terms | None = None

    def at(self, code: str, root: str) -> str:
        """`code` for a place that calls the root `root`."""
        own = self.local and code not in (self.block, self.namespace)
        return code if root == "." or own else with_root(code, root)


@dataclass(frozen=True)
class Route:
    """A VirtualService as the Rollout names it: the YAML text of its name and of its routes' names, and the expression
    under which it is rendered where the Rollout names others without it, "" elsewhere."""

    name: str
    routes: tuple[str, ...]
    condition: str = ""


def chart_prefix(sources: Sources) -> str:
    """What the names of the chart's own defines begin with, else the chart's name.

    Never the name of a dependency, whose own defines a conversion of that chart would give the same names: Helm knows
    one define of a name, and the parent's wins.
    """
    others = {dependency.name for dependency in declared(sources.chart)}
    found = Counter(name.split(".")[0] for name in sources.defines if _PREFIX.search(name))
    mine = [prefix for prefix, _ in found.most_common() if prefix not in others]
    known = any(name.startswith(f"{sources.chart.name}.") for name in sources.defines)
    prefix = sources.chart.name if known or not mine else mine[0]
    # A define of that name would replace the chart's own everywhere.
    taken = any(f"{prefix}.{name}" in sources.defines for name in _OURS)
    return f"{prefix}.argo" if taken else prefix


def workload_prefix(workload: Workload, survey: Survey) -> str:
    """What the names of a workload's defines begin with: the chart's prefix, with the key among several."""
    prefix = chart_prefix(survey.sources)
    return f"{prefix}.{workload.decision.key}" if survey.decisions.several else prefix


def terms_of(workload: Workload, survey: Survey, present: str = "") -> tuple[Terms, tuple[Define, ...]]:
    """The terms of a workload and the defines that they rest on. Raises ChartRefused where a name has no expression.

    `present` is the expression (root as `.`) under which the workload is rendered at all, "" where that says nothing
    new: without its workload the Service keeps its name.
    """
    sources = survey.sources
    prefix = workload_prefix(workload, survey)
    site = workload.sites[0]
    name_defines: list[Define] = []
    name = name_of(site)
    name_scope = site_scope(site)
    block = f".Values.{survey.decisions.values_key}"
    service = workload.services[0] if workload.services else None
    closed_name = closed_code(name, name_scope, sources) if name else None
    if name and closed_name is None and not name_scope.ranged:
        body = define_body(name, name_scope, sources)
        if body is not None:
            name_defines.append(
                Define(
                    f"{prefix}.rolloutName",
                    body,
                    f"Name of the Rollout{f' of {workload.decision.key}' if survey.decisions.several else ''}.",
                )
            )
            closed_name = f'include "{prefix}.rolloutName" .'
    if service is None:
        return Terms(
            prefix, block, closed_name or name or "", "", "", closed_name is None, None, survey.decisions.values_key
        ), tuple(name_defines)
    raw = name_of(service)
    if raw is None:
        raise ChartRefused.in_source(
            "service-name-not-found",
            service.source,
            service.document.span.start,
            "the name of the traffic Service is neither one value of its template nor one of each branch",
            "Write `name:` under `metadata:` in one line.",
        )
    scope = site_scope(service)
    pair = None
    if is_shared(name_scope, sources) or is_shared(scope, sources):
        sharing = sum(service in item.services for item in survey.workloads)
        pair = paired(site, service, sources)
        pair = pair or paired_by_name(site, name or "", service, raw, sources, calls=sharing)
        if pair is None or any(kind != "Deployment" for kind in site.kinds()):
            raise _apart(service, "it is not printed wherever its Deployment is, or not only there")
        if closed_name is None and name and not is_shared(scope, sources) and pair.alike(name, site, raw, service):
            closed_name = closed_code(raw, scope, sources)
    elif name_scope.ranged and not scope.ranged:
        raise ChartRefused.in_source(
            "service-of-two-workloads",
            service.source,
            service.document.span.start,
            "one Service stands outside the loop that makes its Deployments, so all of them share it",
            "Write a Service for each Deployment, inside the loop.",
        )
    raw, chosen = _chosen(service, raw, scope, sources, f"{prefix}.baseService")
    name_defines += chosen
    suffixes = track_suffixes(workload.decision.strategy)
    exact = without_nil(raw, sources)
    hashed = f"{chart_prefix(sources)}.cutName" if survey.decisions.hashed else ""
    if hashed:
        name_defines.append(cut_name(hashed))
    first, second = (cut(exact, LONGEST - len(suffix), hashed) for suffix in suffixes)
    if not scope.ranged:
        keep = workload.decision.service_names == "keep"
        stable_name, canary_name = (f"{prefix}.{suffix[1:]}Service" for suffix in suffixes)
        closed = closed_code(raw, scope, sources)
        stable_body = define_body(raw if keep else first, scope, sources, "" if keep else suffixes[0])
        if present and stable_body is not None and not keep:
            alone = define_body(raw, scope, sources)
            stable_body = f"{{{{- if {present} -}}}}\n{stable_body}\n{{{{- else -}}}}\n{alone}\n{{{{- end -}}}}"
        canary_body = define_body(second, scope, sources, suffixes[1])
        if stable_body is not None and canary_body is not None:
            if pair and (closed_name is None or any(_conditions(pair, sources))):
                raise _apart(service, "its template does not know the name of its Deployment, or has conditions")
            about = "" if not survey.decisions.several else f" of {workload.decision.key}"
            defines = [
                Define(canary_name, canary_body, f"Name of the Service{about} that only the new version serves."),
            ]
            if not (keep and closed):
                defines.insert(
                    0,
                    Define(
                        stable_name,
                        stable_body,
                        f"Name of the Service{about} that the public reaches, cut to leave room for the suffix.",
                    ),
                )
            stable = closed if keep and closed else f'include "{stable_name}" .'
            return (
                Terms(
                    prefix,
                    block,
                    closed_name or name or "",
                    stable,
                    f'include "{canary_name}" .',
                    False,
                    scope,
                    survey.decisions.values_key,
                ),
                (*name_defines, *defines),
            )
    bare = Terms(prefix, block, name or "", "", "", True, scope, survey.decisions.values_key)
    terms = local_terms(workload, raw, sources, bare, hashed)
    cutting = tuple(define for define in name_defines if define.name == hashed)
    if pair:
        return _known_at_both(workload, terms, raw, pair, sources, hashed), cutting
    if not same_scope(scope, name_scope):
        raise _apart(service, "a loop makes it that does not make its Deployment, which may so have several or none")
    beside = in_one_loop(site, service)
    when, present = _conditions(beside, sources)
    mine = raw if beside.told(raw, service, site) else resolved(raw, scope)
    if mine == raw or not beside.told(mine, service, site):
        return replace(terms, condition=when, present=present), cutting
    here = replace(local_terms(workload, mine, sources, bare, hashed), condition=when, present=present)
    return replace(here, beside=replace(terms, present=present)), cutting


def _conditions(pair: SitePair, sources: Sources) -> tuple[str, str]:
    """Under which expression the Service is printed, as its Deployment's place reads it, and the other way round."""
    when, present = condition(pair, sources), presence(pair, sources)
    if when is None:
        raise _apart(pair.service, "its conditions cannot be repeated at its Deployment")
    if present is None:
        raise _apart(pair.service, "the conditions of its Deployment cannot be repeated at it")
    return when, present


def local_terms(workload: Workload, raw: str, sources: Sources, terms: Terms, hashed: str) -> Terms:
    """Terms whose Services are named after the expression `raw` of the old name, where that can be read; `hashed` is
    the define that cuts them, "" for none."""
    exact = without_nil(raw, sources)
    names = []
    for suffix in track_suffixes(workload.decision.strategy):
        names.append(f'printf "%s{suffix}" ({cut(exact, LONGEST - len(suffix), hashed)})')
    stable = raw if workload.decision.service_names == "keep" else names[0]
    return replace(terms, stable=stable, canary=names[1])


def _known_at_both(workload: Workload, terms: Terms, raw: str, pair: SitePair, sources: Sources, hashed: str) -> Terms:
    """Local terms of the Deployment's place and, `beside` them, those of the Service's. Raises ChartRefused where a
    name, or the condition of the Service, cannot be said at the other place."""
    site, service = pair.deployment, pair.service
    alike = pair.alike(terms.name, site, raw, service)
    mine = raw if pair.told(raw, service, site) else terms.name if alike else ""
    theirs = terms.name if pair.told(terms.name, site, service) else raw if alike else ""
    if not mine or not theirs:
        raise _apart(service, "its name is made of what its Deployment's place does not know, or the other way round")
    when, present = _conditions(pair, sources)
    beside = replace(local_terms(workload, raw, sources, terms, hashed), name=theirs, present=present)
    here = replace(local_terms(workload, mine, sources, terms, hashed), condition=when, present=present)
    return replace(here, beside=None if beside == replace(here, condition="") else beside)


def _apart(service: Site, why: str) -> Exception:
    return ChartRefused.in_source(
        "service-in-loop",
        service.source,
        service.document.span.start,
        f"the traffic Service belongs to a Deployment of another loop or define: {why}",
        "Write the Service of this workload outside the loop or define, or call both with the same.",
    )


def _chosen(service: Site, raw: str, scope: Scope, sources: Sources, define: str) -> tuple[str, tuple[Define, ...]]:
    """The expression `raw` of a Service's name; where conditions choose it, a define that evaluates only what they
    choose, if its place lets it have one."""
    choice = name_choice(service)
    body = define_body(raw, scope, sources, text=choice.text()) if choice else None
    if body is None:
        return raw, ()
    return f'include "{define}" .', (Define(define, body, "Name of the Service, before its suffix."),)


def unique(defines: list[Define]) -> Iterator[Define]:
    """Defines without repetition, in order."""
    yield from dict.fromkeys(defines)
