"""Which of a chart's own name expressions mean the traffic Service: asked of Helm, not guessed from their text.

Charts often have two helpers for one name. Every `include "..."` of the templates that takes the root is rendered once
more in a file of its own; those that yield the Service's name under every release asked are its aliases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..errors import RolloutgenError
from ..helm import Engine
from ..model import Rendered, ValueSet
from ..source.scope import root_symbol, scope_at
from ..source.sources import Sources
from ..survey.survey import Workload

_FILE = "templates/rg-probe.yaml"
_INCLUDE = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"\s+(\.|\$)(?![\w.])")
_PLAIN = re.compile(r"^\$?\.(?:Release\.Name|Chart\.Name|Values(?:\.\w+)+)$")


def candidates(sources: Sources) -> tuple[str, ...]:
    """The distinct expressions of the templates that may be a name and read nothing but the root (as `.`)."""
    found: dict[str, None] = {}
    for source in sources.files.values():
        for action in source.template.actions:
            inner = action.inner.of(source.text)
            for match in _INCLUDE.finditer(inner):
                scope = scope_at(source, action.span.start)
                if (match[2] == "$" and not scope.define) or (match[2] == "." and root_symbol(scope, sources) == "."):
                    found[f'include "{match[1]}" .'] = None
            bare = inner.strip()
            if _PLAIN.match(bare):
                found[bare.removeprefix("$")] = None
    return tuple(found)


def aliases(
    sources: Sources, workloads: Sequence[Workload], renders: Sequence[Rendered], engine: Engine
) -> Mapping[str, tuple[str, ...]]:
    """For each workload's key, the expressions that yield its Service's name in all `renders`.

    An expression that Helm cannot evaluate by itself is left out.
    """
    codes = [code for code in candidates(sources) if _worth(code)]
    values: dict[str, list[str]] = {code: [] for code in codes}
    for render in renders:
        for code, value in _evaluated(sources, codes, render.value_set, engine).items():
            values[code].append(value)
    found: dict[str, tuple[str, ...]] = {}
    for workload in workloads:
        names = [_service_name(workload, render) for render in renders]
        found[workload.decision.key] = tuple(
            code for code, seen in values.items() if None not in names and seen == names
        )
    return found


def _worth(code: str) -> bool:
    return not re.search(r"(?i)labels|selector|annotations|image|apiversion|tolerations|affinity|resources", code)


def _service_name(workload: Workload, render: Rendered) -> str | None:
    names = {
        m.ref.name for m in render.objects if m.site in workload.decision.service_sites and m.ref.kind == "Service"
    }
    return names.pop() if len(names) == 1 else None


def _evaluated(sources: Sources, codes: Sequence[str], value_set: ValueSet, engine: Engine) -> dict[str, str]:
    if not codes:
        return {}
    text = "".join(f"c{index}: {{{{ {code} | toString | quote }}}}\n" for index, code in enumerate(codes))
    chart = sources.chart.with_files({_FILE: text.encode()})
    try:
        rendered = engine.render(chart, value_set)
    except RolloutgenError:
        if len(codes) == 1:
            return {}
        half = len(codes) // 2
        return {
            **_evaluated(sources, codes[:half], value_set, engine),
            **_evaluated(sources, codes[half:], value_set, engine),
        }
    body = next((manifest.body for manifest in rendered.objects if manifest.template == _FILE), {})
    return {code: str(body.get(f"c{index}", "")).strip() for index, code in enumerate(codes)}
