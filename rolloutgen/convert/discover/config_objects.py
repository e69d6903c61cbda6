"""Which ConfigMaps and Secrets get names by version: those that a workload's pods use and the chart itself renders.

Left alone, with a finding that says why, is what would be another object at every render, what somebody else reads or
fills by its name, what a dependency renders, and what is read at a time when the new name does not exist yet.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from rolloutgen.gotemplate.clauses import clauses_in
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.kube.pods import CONTENT, is_config
from rolloutgen.kube.references import config_references
from rolloutgen.kube.tree import as_map, dig, map_strings, path_text
from rolloutgen.model import Diagnostic, Manifest, Path, Rendered

RULE = "config-not-versioned"
_UNSTEADY = re.compile(
    r"(?:rand\w+|gen(?:CA|SelfSigned|Signed|Private)\w*|uuidv4|now|htpasswd|bcrypt|encryptAES|derivePassword|shuffle)"
)
_LOOKUP = re.compile("lookup")
_CHANGING = frozenset({"Revision", "IsInstall", "IsUpgrade"})
_HASHED = re.compile(r"sha(?:1|256|512)sum|adler32sum")
_EARLY = ("pre-install", "pre-upgrade", "pre-rollback")
# Fields by which others than pods name one, by their last two keys or the last alone.
_NAMING = re.compile(r"(?i)(?:secret|configmap|config_map|credential)(?:s|name|ref|s?name)?$")

Identity = tuple[str, str, str]  # kind, namespace, name


def versioned_sites(
    sources: Sources, renders: Sequence[Rendered], workloads: Collection[str], unsteady: Collection[tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The sites of the objects that get names by version, and a finding for each that is left alone.

    `workloads` are the sites of the Deployments that are converted; `unsteady` kind and name of objects whose content
    two renders of one value set do not agree on.
    """
    why: dict[str, str] = {}
    used: dict[str, Manifest] = {}
    for render in renders:
        namespace = render.value_set.release.namespace
        mine = {_identity(m, namespace): m for m in render.objects if is_config(m)}
        wanted = {
            (found.kind[1], manifest.ref.home(namespace), found.name)
            for manifest in render.objects
            if manifest.site in workloads
            for found in config_references(manifest)
        }
        for identity in sorted(wanted & mine.keys()):
            found = mine[identity]
            place = found.site or found.template
            used.setdefault(place, found)
            reason = _reason(found, sources, unsteady) or _elsewhere(found, identity, render)
            if reason:
                why.setdefault(place, reason)
    sites = tuple(place for place in used if place not in why)
    return sites, tuple(_finding(used[place], why[place], sources) for place in used if place in why)


def _identity(manifest: Manifest, namespace: str) -> Identity:
    return manifest.ref.kind, manifest.ref.home(namespace), manifest.ref.name


def _is_foreign(manifest: Manifest) -> bool:
    return manifest.template.startswith("charts/")


def _finding(manifest: Manifest, why: str, sources: Sources) -> Diagnostic:
    site = sources.sites.get(manifest.site)
    return Diagnostic(
        RULE,
        "warning",
        f"{manifest.ref} keeps its name: {why}",
        "Old pods see its new content too: change it only in a way that both versions can read.",
        manifest.template,
        site.line if site else 0,
        manifest.ref,
    )


def _reason(manifest: Manifest, sources: Sources, unsteady: Collection[tuple[str, str]]) -> str:
    """Why an object cannot have a name by version, for what it is; "" where it can."""
    annotations = as_map(dig(manifest.body, "metadata", "annotations"))
    if _is_foreign(manifest):
        return f"the dependency {manifest.template.split('/')[1]} renders it"
    site = sources.sites.get(manifest.site)
    if site is None:
        return "its text stands in no template of this chart"
    if "helm.sh/hook" in annotations or "argocd.argoproj.io/hook" in annotations:
        return "it is a hook, which comes and goes by rules of its own"
    if "argocd.argoproj.io/sync-options" in annotations:
        return "it has sync options of Argo CD of its own"
    if not any(dig(manifest.body, key) for key in CONTENT):
        return "the chart renders it empty: somebody else fills it, by its name"
    if dig(manifest.body, "type") == "kubernetes.io/service-account-token":
        return "the API server fills it"
    codes = list(_expressions(site.source, sources))
    if _calls(codes, _UNSTEADY) or (manifest.ref.kind, manifest.ref.name) in unsteady:
        return "its content is made anew at every render, and so would be its name"
    if _calls(codes, _LOOKUP) or _reads_release(codes):
        return "its content depends on what is in the cluster, or on the revision, and so would its name"
    if _calls((clause.expr for clause in clauses_in(site.value("metadata", "name"))), _HASHED):
        return "its name has a hash of its own"
    return ""


def _expressions(source: Source, sources: Sources) -> Iterator[Expr]:
    """The expressions of a template and of all that it includes from the chart."""
    seen: set[str] = set()
    left = [source.text]
    while left:
        for clause in clauses_in(left.pop()):
            yield clause.expr
            for node in clause.expr.nodes():
                name = node.called_define
                if name not in seen and name in sources.defines:
                    seen.add(name)
                    held, body = sources.defines[name]
                    left.append(body.of(held.text))


def _calls(codes: Iterable[Expr], functions: re.Pattern[str]) -> bool:
    """Whether one of the expressions calls one of these functions."""
    return any(token.kind == "word" and functions.fullmatch(token.text) for code in codes for token in code.tokens())


def _reads_release(codes: Iterable[Expr]) -> bool:
    """Whether one of the expressions reads what of the release changes from upgrade to upgrade."""
    chains = (chain for code in codes for chain in code.chains())
    return any(chain.names[:1] == ("Release",) and _CHANGING.intersection(chain.names[1:2]) for chain in chains)


def _elsewhere(manifest: Manifest, identity: Identity, render: Rendered) -> str:
    """Why an object must keep its name for what others do with it; "" where nobody minds."""
    namespace = render.value_set.release.namespace
    kind, where, name = identity
    for other in render.objects:
        if other.ref.home(namespace) != where or other is manifest:
            continue
        follows = any((found.kind[1], found.name) == (kind, name) for found in config_references(other))
        if follows and _is_foreign(other):
            return f"{other.ref} of a dependency uses it"
        hook = str(as_map(dig(other.body, "metadata", "annotations")).get("helm.sh/hook", ""))
        if follows and any(early in hook for early in _EARLY):
            return f"the hook {other.ref} runs before the new name exists"
        sync = as_map(dig(other.body, "metadata", "annotations")).get("argocd.argoproj.io/hook")
        if follows and sync == "PreSync":
            return f"the hook {other.ref} runs before the new name exists"
        if follows and not hook and not sync and other.ref.kind == "Job":
            return f"{other.ref} uses it, and the pod template of a Job cannot change"
        field = _named_at(other, name)
        if field:
            return f"{other.ref} names it at {field}"
    return ""


def _named_at(other: Manifest, name: str) -> str:
    """Where an object names one by a field that is no reference of a pod, or lets it be read by its name; else ""."""
    followed = {found.at for found in config_references(other)}
    places: list[Path] = []
    word = re.compile(rf"(?:^|[\s=/,\"']){re.escape(name)}(?:$|[\s/,\"'])")

    def note(path: Path, text: str) -> str:
        if path not in followed and ((text == name and _is_naming(path)) or (_is_told(path) and word.search(text))):
            places.append(path)
        return text

    if not is_config(other):
        map_strings(other.body, note)
    return path_text(places[0]) if places else ""


def _is_naming(path: Path) -> bool:
    words = [str(step) for step in path if isinstance(step, str)]
    if words[-1] == "resourceNames":
        return True
    return bool(_NAMING.search(words[-1]) or (words[-1] == "name" and len(words) > 1 and _NAMING.search(words[-2])))


def _is_told(path: Path) -> bool:
    """Whether a program is told the string: then it may look the object up."""
    return path[-2:-1] in (("args",), ("command",))
