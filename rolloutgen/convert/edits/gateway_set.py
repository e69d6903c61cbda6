"""Gateways, VirtualServices, Certificates and DNSEndpoints for the public, preview and stable hosts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.gotemplate.expressions import DOT, ROOT, Expr, parse
from rolloutgen.gotemplate.template_text import reroot_text
from rolloutgen.kube.naming import words

REASON = "gateway-set"
_ENTRY = parse("$entry")  # the dot of the Service's place, where a loop moves it
AUDIENCES = ("public", "preview", "stable")


@dataclass(frozen=True)
class Sets:
    """What the sets of one workload are made from.

    `namespace` and `labels` are texts below `metadata:` at column 2. `port` is the expression of the traffic port,
    empty for a Service with one; `sometimes` tells that it may yield nothing. `own_public` tells that the chart has
    VirtualServices of its own for the public; `hosts_define` names the define that then knows the hosts. `weighed` is
    False for blue-green, where each host always leads to one Service; `hosted` is False for workloads that have no
    hosts of their own: then there is nothing but the VirtualService that weighs the mesh's traffic.
    """

    terms: Terms
    root: Expr
    namespace: str
    labels: str
    port: Expr
    own_public: bool
    hosts_define: str = ""
    weighed: bool = True
    hosted: bool = True

    @property
    def sometimes(self) -> bool:
        """Whether the port comes from a define, which is silent for a Service with one port."""
        return self.port.is_call("include")


def texts(sets: Sets) -> Iterator[tuple[str, str]]:
    """(what it is for filenames, template text) of everything that the sets need, documents separated by `---`."""
    for name, text in _texts(sets):
        yield name, f"{{{{- $entry := . }}}}\n{text}" if "$entry" in text else text


def _texts(sets: Sets) -> Iterator[tuple[str, str]]:
    """The texts, which call the dot of the Service's place `$entry` where a loop of theirs would move it.

    At a root context one loop makes all audiences; a Service in a loop of its own gets each audience written out,
    because a further loop would move the dot.
    """
    terms = sets.terms
    known = AUDIENCES if sets.weighed else AUDIENCES[:2]
    names = [audience for audience in known if audience != "public" or not sets.own_public]
    tracks = [audience for audience in names if audience != "public" or not sets.weighed]
    if sets.weighed and not sets.own_public:
        yield (
            "virtualservice",
            resource(
                "virtualservice.yaml",
                **_terms(sets, sets.root),
                hosts=_given(sets, "public", sets.root) if sets.hosted else "",
            ),
        )
    if not sets.hosted:
        return
    looped = not terms.local
    root = ROOT if looped else sets.root
    common = _terms(sets, root)

    def by(audience_names: list[str], template: str) -> str:
        keys = ["*"] if looped else audience_names
        every = looped and "public" in audience_names
        return resource(
            template,
            **common,
            audiences=keys,
            names=audience_names,
            hosts={key: _looped_hosts(sets) if key == "*" else _given(sets, key, root) for key in keys},
            suffix={key: _suffix(key, every) for key in keys},
            service={key: _service(sets, key, root) for key in keys},
        )

    yield "gateway", by(names, "gateway.yaml")
    yield "certificate", by(names, "cert.yaml")
    yield "dnsendpoint", by(names, "dnsendpoint.yaml")
    yield "virtualservice", by(tracks, "track-virtualservice.yaml")


def _terms(sets: Sets, root: Expr) -> dict[str, Any]:
    terms = sets.terms
    inner = ROOT if root == DOT else root
    metadata = sets.namespace + sets.labels
    dot = _ENTRY if sets.root == ROOT else inner
    return {
        "name": terms.at(terms.name, root),
        "metadata": metadata if terms.local else reroot_text(metadata, _ENTRY if sets.root == ROOT else root),
        "labels": reroot_text(sets.labels, dot), "key": terms.values_key,
        "port": terms.at(sets.port, root), "sometimes": sets.sometimes, "stable": terms.at(terms.stable, root),
        "canary": terms.at(terms.canary, root), "block": terms.at(terms.block, root),
        "inner_block": terms.at(terms.block, inner),
    }  # fmt: skip


def _given(sets: Sets, audience: str, root: Expr) -> str:
    return f"(({sets.terms.at(sets.terms.block, root)}).hosts).{audience}"


def _looped_hosts(sets: Sets) -> str:
    if sets.hosts_define:
        return f'include "{sets.hosts_define}" (list $ $audience) | fromYamlArray'
    return f"index (({sets.terms.at(sets.terms.block, ROOT)}).hosts | default dict) $audience"


def _suffix(key: str, every: bool) -> str:
    if key != "*":
        return "" if key == "public" else f"-{key}"
    return '{{ ternary "" (printf "-%s" $audience) (eq $audience "public") }}' if every else "-{{ $audience }}"


def _service(sets: Sets, key: str, root: Expr) -> Expr:
    stable, canary = (sets.terms.at(code, root) for code in (sets.terms.stable, sets.terms.canary))
    if key == "*":
        return parse(f'ternary ({canary}) ({stable}) (eq $audience "preview")')
    return canary if key == "preview" else stable


def file_beside(path: str, name: str, key: str, taken: frozenset[str]) -> str:
    """Where a generated file goes: `api-service.yaml` -> `api-gateway.yaml`, `service.yaml` -> `gateway.yaml`; with the
    workload's key before it where that name is taken."""
    folder, base = posixpath.split(path)
    stem = base.rpartition(".")[0]
    named = re.search(r"(?i)services?|svc", stem)
    affix = re.sub(r"(?i)[-_.]*(services?|svc)[-_.]*", "-", stem).strip("-_.") if named else ""
    own = words(key)
    wanted = (f"{affix}-{name}" if affix else name, f"{own}-{name}", f"{own}-rollout-{name}")
    return next((f"{folder}/{file}" for file in wanted if f"{folder}/{file}" not in taken), f"{folder}/rollout-{name}")
