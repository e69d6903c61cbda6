"""The bounds that an autoscaler's template writes, and those of all that a loop makes, by what they scale."""

from __future__ import annotations

import re

from ..source.draft import Define
from ..source.expression import expression, grouped
from ..source.rooting import with_root
from ..source.scope import has_root_only, inner_blocks, lift, site_scope
from ..source.sources import Site, Sources

_FIELDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", "1", "0"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount", "0", "100"),
}


def fields_of(scaler: Site) -> tuple[str, str, str, str]:
    """The names of the fields that hold the minimum and the maximum, and what each is where it is not set."""
    kind = next((kind for kind in scaler.kinds() if kind in _FIELDS), "HorizontalPodAutoscaler")
    return _FIELDS[kind]


def bound(scaler: Site, field: str) -> str | None:
    """The expression of a bound, "" when the autoscaler does not set it; None when it is not written as one value."""
    nodes = scaler.find("spec", field)
    if not nodes:
        spec = scaler.find("spec")
        return None if any(child.key == "{{}}" for node in spec for child in node.children) else ""
    if len(nodes) > 1:
        return None
    code = expression(nodes[0].value.of(scaler.source.text))
    if code is None or re.fullmatch(r'"\d+"', code):
        return code and code.strip('"')
    for block, branch in reversed(inner_blocks(scaler, nodes[0].key_span.start)):
        head = re.fullmatch(r"with\s+([$.][\w.$]*)", block.openers[branch].inner.of(scaler.source.text).strip())
        if block.keyword == "range" or (block.keyword == "with" and (head is None or branch)):
            return None
        code = with_root(code, f"({head[1]})") if head else code
    return grouped(code)


def listed(scaler: Site, sources: Sources, define: str) -> tuple[str, Define] | None:
    """The expression (root as `.`) of a map from the names of what the autoscalers of a loop scale to a list of their
    minimum and maximum, with the define that it rests on; None where the loop cannot be repeated elsewhere."""
    low, high, low_default, high_default = fields_of(scaler)
    names = [node.value.of(scaler.source.text) for node in scaler.find("spec", "scaleTargetRef", "name")]
    name = expression(names[0]) if len(names) == 1 else None
    bounds = [bound(scaler, field) for field in (low, high)]
    scope = site_scope(scaler)
    if name is None or None in bounds or not has_root_only(scope, sources):
        return None
    both = " ".join(code or default for code, default in zip(bounds, (low_default, high_default), strict=True))
    body = lift(f"{{{{ {name} | quote }}}}: {{{{ list {both} | toJson }}}}\n", scope, sources, loops=True)
    if body is None:
        return None
    sites = [site for site in sources.sites.values() if any(kind in _FIELDS for kind in site.kinds())]
    number = [site.id for site in sites if site_scope(site).ranged].index(scaler.id)
    called = f"{define}{number + 1 if number else ''}"
    about = "The minimum and maximum of each autoscaler that a loop makes, by the name of what it scales."
    return f'include "{called}" . | fromYaml', Define(called, body.strip(), about)
