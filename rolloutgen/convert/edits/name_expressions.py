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
from rolloutgen.gotemplate.clauses import variables_in
from rolloutgen.gotemplate.expressions import DOT, EMPTY, ROOT, Expr, include, parse
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
from rolloutgen.gotemplate.template_text import expression, text_with_fields
from rolloutgen.kube.naming import LONGEST, track_suffixes

_WORD = re.compile(r"[\w.-]*\w")


def closed_code(code: Expr, scope: Scope, sources: Sources) -> Expr | None:
    """`code` so that it may stand at any file's root, None when it needs its surroundings."""
    root = root_symbol(scope, sources)
    if code.free_variables() or root is None:
        return None
    if not has_root_only(scope, sources):
        given = sole_call(scope, sources)
        of_dict = given and root.path()[0].kind not in ("root", "variable")
        text = text_with_fields(code.as_text(), given) if given and of_dict else None
        return expression(text) if text else None
    return code.reroot(DOT, of=ROOT) if root == DOT or not code.reads_dot() else None


def name_anywhere(site: Site, sources: Sources, define: str, about: str) -> tuple[Expr | None, tuple[Define, ...]]:
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
    return (None, ()) if body is None else (include(define), (Define(define, body, about),))


def define_body(code: Expr, scope: Scope, sources: Sources, suffix: str = "", text: str = "") -> str | None:
    """The body of a define that yields `code` and `suffix` when it is called with the root; None where it cannot.
    `text`, where it is given, says the same as `code` and is printed."""
    root = root_symbol(scope, sources)
    if scope.ranged or root is None:
        return None
    if not has_root_only(scope, sources):
        closed = None if text else closed_code(code, scope, sources)
        return closed.as_text() + suffix if closed else None
    withs = [(block, branch) for block, branch in scope.blocks if block.keyword == "with"] if code.reads_dot() else []
    opening = [block.openers[branch] for block, branch in withs]
    read = "".join(action.span.of(scope.source.text) for action in opening)
    prelude = variables(scope, code.free_variables() | variables_in(read), f"{{{{ {code} }}}}")
    if prelude is None or any(branch for _, branch in withs):
        return None
    lines = [*(line.removesuffix(" }}") + " -}}" for line in prelude)]
    lines += [f"{{{{- {action.inner.of(scope.source.text).strip()} -}}}}" for action in opening]
    lines += [(text or literal_word(code) or f"{{{{ {code} }}}}") + suffix, *("{{- end -}}" for _ in opening)]
    return "\n".join(lines)


def literal_word(code: Expr) -> str:
    """The word that an expression is, as names are made of them; "" for any other expression."""
    return code.text if code.kind == "text" and _WORD.fullmatch(code.text) else ""


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


def cut(code: Expr, length: int, define: str = "") -> Expr:
    """The expression `code` cut to `length`, which a short word needs not; by `define`, if one is given."""
    word = literal_word(code)
    if word and len(word) <= length:
        return code
    if define:
        return parse(f'include "{define}" (list {code.as_argument()} {length})')
    return parse(f'{code} | trunc {length} | trimSuffix "-"')


# The last parts of the names of defines that a conversion may make.
_OURS = (
    "activeService", "analysedSteps", "autoscaled", "backgroundAnalysis", "baseService", "basicCanary",
    "canaryService", "cutName", "hasService", "hasVirtualService", "overlay", "previewService", "publicHosts",
    "rolledOut", "rollout", "rolloutBody", "rolloutHosts", "rolloutName", "rolloutReplicas", "routed", "stableService",
    "subscriptions", "trafficPort", "trafficPorts", "updateStrategy", "versionedName", "virtualService",
)  # fmt: skip
_PREFIX = re.compile(r"^[A-Za-z0-9_-]+\.(?:.*\.)?(?:fullname|name|labels|chart|selectorLabels)$")


_NAMESPACE = parse(".Release.Namespace")


@dataclass(frozen=True)
class Terms:
    """How templates name one workload.

    `prefix` begins the names of its defines. `name`, `stable` and `canary` are expressions (no braces). When `local` is
    set they read what surrounds the Service (it stands in a loop) and are valid only in an equal scope;
    otherwise they read the root as `.` and are valid everywhere once `at` has adapted the dot. Local terms also know
    when: `condition` is the expression, at the Deployment, under which its Service is printed (empty for always), and
    `present` the one, at the Service, under which its Deployment is. `beside` are the terms as the Service's place has
    them, where they differ.
    """

    prefix: str
    block: Expr
    values_key: str
    name: Expr = EMPTY
    stable: Expr = EMPTY
    canary: Expr = EMPTY
    local: bool = False
    namespace: Expr = _NAMESPACE
    condition: Expr = EMPTY
    present: Expr = EMPTY
    beside: Terms | None = None

    def at(self, code: Expr, root: Expr) -> Expr:
        """`code` for a place that calls the root `root`."""
        own = self.local and code not in (self.block, self.namespace)
        return code if own else code.reroot(root)


@dataclass(frozen=True)
class Route:
    """A VirtualService as the Rollout names it: the YAML text of its name and of its routes' names, and the expression
    under which it is rendered where the Rollout names others without it, empty elsewhere."""

    name: str
    routes: tuple[str, ...]
    condition: Expr = EMPTY


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


@dataclass(frozen=True)
class _RolloutName:
    """The Deployment's name as its place reads it (`name`, empty where it has no expression), and an expression of it
    that holds at any file's root (`closed`), where there is one."""

    site: Site
    scope: Scope
    name: Expr
    closed: Expr | None


@dataclass(frozen=True)
class _ServiceName:
    """The old name of the traffic Service as its place reads it, and what the new names are made of: `exact`, the same
    without `<nil>`, and `hashed`, the define that cuts it ("" for none). `pair` has the printings of Service and
    Deployment where defines print them that are handed more than the root."""

    site: Site
    scope: Scope
    raw: Expr
    exact: Expr
    hashed: str
    pair: SitePair | None


def terms_of(workload: Workload, survey: Survey, present: Expr = EMPTY) -> tuple[Terms, tuple[Define, ...]]:
    """The terms of a workload and the defines that they rest on. Raises ChartRefused where a name has no expression.

    `present` is the expression (root as `.`) under which the workload is rendered at all, empty where that says nothing
    new: without its workload the Service keeps its name.
    """
    rollout, defines = _rollout_name(workload, survey)
    key = survey.decisions.values_key
    bare = Terms(workload_prefix(workload, survey), parse(f".Values.{key}"), key, rollout.closed or rollout.name)
    if not workload.services:
        return replace(bare, local=rollout.closed is None), defines
    rollout, service, chosen = _service_name(workload, survey, rollout)
    defines = (*defines, *chosen, *([cut_name(service.hashed)] if service.hashed else ()))
    bare = replace(bare, name=rollout.closed or rollout.name)
    found = _names_at_root(workload, survey, service, bare, present)
    if found:
        if service.pair and (rollout.closed is None or any(_conditions(service.pair, survey.sources))):
            raise _apart(service.site, "its template does not know the name of its Deployment, or has conditions")
        return found[0], (*defines, *found[1])
    terms = _names_at_place(workload, survey, rollout, service, replace(bare, name=rollout.name, local=True))
    return terms, tuple(define for define in defines if define.name == service.hashed)


def _rollout_name(workload: Workload, survey: Survey) -> tuple[_RolloutName, tuple[Define, ...]]:
    """The Deployment's name, and the define that it may need to be known everywhere."""
    site = workload.sites[0]
    scope = site_scope(site)
    name = name_of(site)
    if name is None:
        return _RolloutName(site, scope, EMPTY, None), ()
    closed = closed_code(name, scope, survey.sources)
    body = define_body(name, scope, survey.sources) if closed is None and not scope.ranged else None
    if body is None:
        return _RolloutName(site, scope, name, closed), ()
    define = Define(
        f"{workload_prefix(workload, survey)}.rolloutName", body, f"Name of the Rollout{_of(workload, survey)}."
    )
    return _RolloutName(site, scope, name, include(define.name)), (define,)


def _of(workload: Workload, survey: Survey) -> str:
    return f" of {workload.decision.key}" if survey.decisions.several else ""


def _service_name(
    workload: Workload, survey: Survey, rollout: _RolloutName
) -> tuple[_RolloutName, _ServiceName, tuple[Define, ...]]:
    """The traffic Service's old name with the defines that it needs, and the Rollout's, which may be closed by it.
    Raises ChartRefused where it has no expression, or belongs to another loop or define."""
    sources, service = survey.sources, workload.services[0]
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
    if is_shared(rollout.scope, sources) or is_shared(scope, sources):
        sharing = sum(service in item.services for item in survey.workloads)
        pair = paired(rollout.site, service, sources)
        pair = pair or paired_by_name(rollout.site, rollout.name, service, raw, sources, calls=sharing)
        if pair is None or any(kind != "Deployment" for kind in rollout.site.kinds()):
            raise _apart(service, "it is not printed wherever its Deployment is, or not only there")
        alike = not is_shared(scope, sources) and pair.alike(rollout.name, rollout.site, raw, service)
        if rollout.closed is None and rollout.name and alike:
            rollout = replace(rollout, closed=closed_code(raw, scope, sources))
    elif rollout.scope.ranged and not scope.ranged:
        raise ChartRefused.in_source(
            "service-of-two-workloads",
            service.source,
            service.document.span.start,
            "one Service stands outside the loop that makes its Deployments, so all of them share it",
            "Write a Service for each Deployment, inside the loop.",
        )
    raw, defines = _chosen(service, raw, scope, sources, f"{workload_prefix(workload, survey)}.baseService")
    hashed = f"{chart_prefix(sources)}.cutName" if survey.decisions.hashed else ""
    return rollout, _ServiceName(service, scope, raw, without_nil(raw, sources), hashed, pair), defines


def _names_at_root(
    workload: Workload, survey: Survey, service: _ServiceName, bare: Terms, present: Expr
) -> tuple[Terms, tuple[Define, ...]] | None:
    """The terms with names that hold at any file's root, and their defines; None where the Service's name does not."""
    sources, scope, raw = survey.sources, service.scope, service.raw
    if scope.ranged:
        return None
    keep = workload.decision.service_names == "keep"
    suffixes = track_suffixes(workload.decision.strategy)
    first, second = (cut(service.exact, LONGEST - len(suffix), service.hashed) for suffix in suffixes)
    stable, canary = (f"{bare.prefix}.{suffix[1:]}Service" for suffix in suffixes)
    stable_body = define_body(raw if keep else first, scope, sources, "" if keep else suffixes[0])
    canary_body = define_body(second, scope, sources, suffixes[1])
    if stable_body is None or canary_body is None:
        return None
    if present and not keep:
        alone = define_body(raw, scope, sources)
        stable_body = f"{{{{- if {present} -}}}}\n{stable_body}\n{{{{- else -}}}}\n{alone}\n{{{{- end -}}}}"
    of = _of(workload, survey)
    about = f"Name of the Service{of} that the public reaches, cut to leave room for the suffix."
    defines = (
        Define(stable, stable_body, about),
        Define(canary, canary_body, f"Name of the Service{of} that only the new version serves."),
    )
    closed = closed_code(raw, scope, sources) if keep else None
    terms = replace(bare, stable=closed or include(stable), canary=include(canary))
    return terms, defines[1:] if closed else defines


def _names_at_place(
    workload: Workload, survey: Survey, rollout: _RolloutName, service: _ServiceName, bare: Terms
) -> Terms:
    """Local terms, which hold where Deployment and Service stand. Raises ChartRefused where one of them does not know
    what names the other."""
    sources, raw, pair = survey.sources, service.raw, service.pair
    terms = local_terms(workload, raw, sources, bare, service.hashed)
    if pair:
        return _known_at_both(workload, terms, raw, pair, sources, service.hashed)
    if not same_scope(service.scope, rollout.scope):
        why = "a loop makes it that does not make its Deployment, which may so have several or none"
        raise _apart(service.site, why)
    beside = in_one_loop(rollout.site, service.site)
    when, present = _conditions(beside, sources)
    mine = raw if beside.told(raw, service.site, rollout.site) else resolved(raw, service.scope)
    if mine == raw or not beside.told(mine, service.site, rollout.site):
        return replace(terms, condition=when, present=present)
    here = replace(local_terms(workload, mine, sources, bare, service.hashed), condition=when, present=present)
    return replace(here, beside=replace(terms, present=present))


def _conditions(pair: SitePair, sources: Sources) -> tuple[Expr, Expr]:
    """Under which expression the Service is printed, as its Deployment's place reads it, and the other way round."""
    when, present = condition(pair, sources), presence(pair, sources)
    if when is None:
        raise _apart(pair.service, "its conditions cannot be repeated at its Deployment")
    if present is None:
        raise _apart(pair.service, "the conditions of its Deployment cannot be repeated at it")
    return when, present


def local_terms(workload: Workload, raw: Expr, sources: Sources, terms: Terms, hashed: str) -> Terms:
    """Terms whose Services are named after the expression `raw` of the old name, where that can be read; `hashed` is
    the define that cuts them, "" for none."""
    exact = without_nil(raw, sources)
    suffixes = track_suffixes(workload.decision.strategy)
    cuts = [(suffix, cut(exact, LONGEST - len(suffix), hashed)) for suffix in suffixes]
    names = [parse(f'printf "%s{suffix}" ({name})') for suffix, name in cuts]
    stable = raw if workload.decision.service_names == "keep" else names[0]
    return replace(terms, stable=stable, canary=names[1])


def _known_at_both(workload: Workload, terms: Terms, raw: Expr, pair: SitePair, sources: Sources, hashed: str) -> Terms:
    """Local terms of the Deployment's place and, `beside` them, those of the Service's. Raises ChartRefused where a
    name, or the condition of the Service, cannot be said at the other place."""
    site, service = pair.deployment, pair.service
    alike = pair.alike(terms.name, site, raw, service)
    mine = raw if pair.told(raw, service, site) else terms.name if alike else EMPTY
    theirs = terms.name if pair.told(terms.name, site, service) else raw if alike else EMPTY
    if not mine or not theirs:
        raise _apart(service, "its name is made of what its Deployment's place does not know, or the other way round")
    when, present = _conditions(pair, sources)
    beside = replace(local_terms(workload, raw, sources, terms, hashed), name=theirs, present=present)
    here = replace(local_terms(workload, mine, sources, terms, hashed), condition=when, present=present)
    return replace(here, beside=None if beside == replace(here, condition=EMPTY) else beside)


def _apart(service: Site, why: str) -> Exception:
    return ChartRefused.in_source(
        "service-in-loop",
        service.source,
        service.document.span.start,
        f"the traffic Service belongs to a Deployment of another loop or define: {why}",
        "Write the Service of this workload outside the loop or define, or call both with the same.",
    )


def _chosen(service: Site, raw: Expr, scope: Scope, sources: Sources, define: str) -> tuple[Expr, tuple[Define, ...]]:
    """The expression `raw` of a Service's name; where conditions choose it, a define that evaluates only what they
    choose, if its place lets it have one."""
    choice = name_choice(service)
    body = define_body(raw, scope, sources, text=choice.text()) if choice else None
    if body is None:
        return raw, ()
    return include(define), (Define(define, body, "Name of the Service, before its suffix."),)


def unique(defines: list[Define]) -> Iterator[Define]:
    """Defines without repetition, in order."""
    yield from dict.fromkeys(defines)
