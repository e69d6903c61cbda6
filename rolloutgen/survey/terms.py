"""The template expressions by which one workload, its Services and its labels are named, and where each may be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..objects.naming import LONGEST, track_suffixes
from ..source.dictcalls import told_text
from ..source.draft import Define
from ..source.expression import expression, free_variables, printed, reads_dot
from ..source.gotmpl import OPENERS, lex
from ..source.objectname import name_choice, name_of, without_nil
from ..source.refuse import refuse
from ..source.scope import Scope, root_symbol, same_scope, site_scope, sole_call, variables
from ..source.sources import Site, Sources
from .survey import Survey, Workload

_WORD = re.compile(r'"([\w.-]*\w)"')
_HEAD = re.compile(r"\s*(?:else\s+)?(?:if|with|range)\b")
# The last parts of the names of defines that a conversion may make.
_OURS = (
    "activeService", "analysedSteps", "autoscaled", "backgroundAnalysis", "baseService", "basicCanary",
    "canaryService", "overlay", "previewService", "publicHosts", "rolledOut", "rollout", "rolloutBody", "rolloutHosts",
    "rolloutName", "rolloutReplicas", "routed", "stableService", "subscriptions", "trafficPort", "trafficPorts",
    "updateStrategy", "versionedName", "virtualService",
)  # fmt: skip
_PREFIX = re.compile(r"([A-Za-z0-9_-]+)\.(?:fullname|name|labels|chart|selectorLabels)$")


@dataclass(frozen=True)
class Terms:
    """How templates name one workload.

    `prefix` begins the names of its defines. `name`, `stable` and `canary` are expressions (no braces). When `local` is
    set they read what surrounds `service_scope` (the Service stands in a loop) and are valid only in an equal scope;
    otherwise they read the root as `.` and are valid everywhere once `at` has adapted the dot.
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

    def at(self, code: str, root: str) -> str:
        """`code` for a place that calls the root `root`."""
        return code if root == "." or (self.local and code != self.block) else with_root(code, root)


@dataclass(frozen=True)
class Route:
    """A VirtualService as the Rollout names it: the YAML text of its name and of its routes' names."""

    name: str
    routes: tuple[str, ...]


def with_root(code: str, root: str) -> str:
    """An expression that reads the root as `.`, for a place where the root is called otherwise."""
    return re.sub(
        r"(?<![\w$\")\]\"])\.(?=[A-Za-z]|\s|\)|$)", lambda match: root if not _member(code, match) else f"{root}.", code
    )


def _member(code: str, match: re.Match[str]) -> bool:
    return code[match.end() : match.end() + 1].isalpha()


def chart_prefix(sources: Sources) -> str:
    """The first part of the chart's own define names, else the chart's name."""
    found = Counter(match.group(1) for name in sources.defines if (match := _PREFIX.search(name)))
    prefix = found.most_common(1)[0][0] if found else sources.chart.name
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
        body = _define_body(name, name_scope, sources)
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
        raise refuse(
            "service-name-not-found",
            service.source,
            service.document.span.start,
            "the name of the traffic Service is neither one value of its template nor one of each branch",
            "Write `name:` under `metadata:` in one line.",
        )
    scope = site_scope(service)
    if name_scope.ranged and not scope.ranged:
        raise refuse(
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
    first, second = (_cut(exact, LONGEST - len(suffix)) for suffix in suffixes)
    if not scope.ranged:
        keep = workload.decision.service_names == "keep"
        stable_name, canary_name = (f"{prefix}.{suffix[1:]}Service" for suffix in suffixes)
        closed = closed_code(raw, scope, sources)
        stable_body = _define_body(raw if keep else first, scope, sources, "" if keep else suffixes[0])
        if present and stable_body is not None and not keep:
            alone = _define_body(raw, scope, sources)
            stable_body = f"{{{{- if {present} -}}}}\n{stable_body}\n{{{{- else -}}}}\n{alone}\n{{{{- end -}}}}"
        canary_body = _define_body(second, scope, sources, suffixes[1])
        if stable_body is not None and canary_body is not None:
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
    stable = raw if workload.decision.service_names == "keep" else f'printf "%s{suffixes[0]}" ({first})'
    canary = f'printf "%s{suffixes[1]}" ({second})'
    if not same_scope(scope, name_scope):
        raise refuse(
            "service-in-loop",
            service.source,
            service.document.span.start,
            "the traffic Service stands in a loop that does not enclose its Deployment",
            "Write the Service of this workload outside the loop, or loop over both alike.",
        )
    return Terms(prefix, block, name or "", stable, canary, True, scope, survey.decisions.values_key), ()


def _chosen(service: Site, raw: str, scope: Scope, sources: Sources, define: str) -> tuple[str, tuple[Define, ...]]:
    """The expression `raw` of a Service's name; where conditions choose it, a define that evaluates only what they
    choose, if its place lets it have one."""
    choice = name_choice(service)
    body = _define_body(raw, scope, sources, text=choice.text()) if choice else None
    if body is None:
        return raw, ()
    return f'include "{define}" .', (Define(define, body, "Name of the Service, before its suffix."),)


def _cut(code: str, length: int) -> str:
    """`code` cut to `length`, which a short word needs not."""
    word = _WORD.fullmatch(code)
    return code if word and len(word[1]) <= length else f'{code} | trunc {length} | trimSuffix "-"'


def closed_code(code: str, scope: Scope, sources: Sources) -> str | None:
    """`code` so that it may stand at any file's root, None when it needs its surroundings."""
    root = root_symbol(scope, sources)
    if free_variables(code) or root is None:
        return None
    if root not in (".", "$"):
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
    body = _define_body(code, scope, sources)
    return (None, ()) if body is None else (f'include "{define}" .', (Define(define, body, about),))


def _define_body(code: str, scope: Scope, sources: Sources, suffix: str = "", text: str = "") -> str | None:
    """The body of a define that yields `code` and `suffix` when it is called with the root; None where it cannot.
    `text`, where it is given, says the same as `code` and is printed."""
    root = root_symbol(scope, sources)
    if scope.ranged or root is None:
        return None
    if root not in (".", "$"):
        closed = None if text else closed_code(code, scope, sources)
        return printed(closed) + suffix if closed else None
    withs = [(block, branch) for block, branch in scope.blocks if block.keyword == "with"] if reads_dot(code) else []
    opening = [block.openers[branch].span.of(scope.source.text) for block, branch in withs]
    prelude = variables(scope, free_variables(code + "".join(opening)), code)
    if prelude is None or any(branch for _, branch in withs):
        return None
    lines = [*(line.removesuffix(" }}") + " -}}" for line in prelude)]
    lines += ["{{- " + text.strip("{}").strip("- ").strip() + " -}}" for text in opening]
    word = _WORD.fullmatch(code)
    lines += [(text or (word[1] if word else f"{{{{ {code} }}}}")) + suffix, *("{{- end -}}" for _ in opening)]
    return "\n".join(lines)


def unique(defines: list[Define]) -> Iterator[Define]:
    """Defines without repetition, in order."""
    yield from dict.fromkeys(defines)


def rooted(text: str, root: str) -> str:
    """Template text whose actions read the root as `.`, for a place where the root is called `root`."""
    if root == ".":
        return text
    parts: list[str] = []
    position = 0
    moved: list[bool] = []  # for each open block, whether it gave the dot another meaning
    for action in lex(text):
        code = action.inner.of(text)
        if action.keyword in ("end", "else") and moved:
            moved.pop()
        if not any(moved):
            head = _HEAD.match(code)
            start = head.end() if head else 0
            glue = "" if not head or code[start : start + 1].isspace() else " "
            parts += (text[position : action.inner.start], code[:start], glue, with_root(code[start:], root))
            position = action.inner.end
        if action.keyword in OPENERS:
            moved.append(action.keyword in ("range", "with"))
        elif action.keyword == "else":
            moved.append(bool(re.match(r"\s*else\s+with\b", code)))
    return "".join((*parts, text[position:]))
