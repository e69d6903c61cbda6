"""The names that a conversion makes, and where a text names a Service. Shared by transform, rewrite and rules."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rolloutgen.kube.tree import as_map, dig
from rolloutgen.model import Decisions, Manifest, Release, ServiceNames, Strategy, WorkloadDecision

ROUTE = "primary"  # the HTTP route that the Rollout weighs, where it has no name yet
LONGEST = 63  # of a DNS label, and so of a Service's name


def short(name: str, length: int) -> str:
    """`name` cut to `length` without one trailing dash: sprig's `trunc length | trimSuffix "-"`."""
    return name[:length].removesuffix("-")


def track_suffixes(strategy: Strategy) -> tuple[str, str]:
    """The suffixes of the two Services: of the one that serves the public, and of the one for the new version."""
    return ("-active", "-preview") if strategy == "blue-green" else ("-stable", "-canary")


def distinct(name: str, length: int) -> str:
    """`name` if it is no longer than `length`, else cut to it with a hash in the place of what is cut off."""
    if len(name) <= length:
        return name
    import hashlib

    return f"{short(name, length - 9)}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def track_names(service: str, strategy: Strategy, names: ServiceNames, *, hashed: bool = False) -> tuple[str, str]:
    """The names of the two Services that a traffic Service becomes: (stable, canary) or (active, preview). `hashed`
    tells that the names of several differ only behind the cut."""
    cut = distinct if hashed else short
    stable, canary = (cut(service, LONGEST - len(suffix)) + suffix for suffix in track_suffixes(strategy))
    return (service if names == "keep" else stable), canary


def words(key: str) -> str:
    """A key of values as the names of objects and files are written: shopApi -> shop-api."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", key).lower()


def preview_host(host: str) -> str:
    """`host` with "-preview" after its first label: app.example.org -> app-preview.example.org."""
    first, dot, rest = host.partition(".")
    return f"{first}-preview{dot}{rest}"


def certificate_name(release_namespace: str, host: str) -> str:
    """The name of a host's Certificate and of its Secret; it stays the same whatever the host's place in a list."""
    return f"{release_namespace}-{host}".replace("*", "wildcard")


# Enough for the longest user part of a URL that a person writes.
_CONTEXT = 300

# What comes before a Service's name in a text, and what may follow it there.
_URL_STARTS = ("://", ":///")
_USERINFO = re.compile(r"[^\s/@\"'<>]*@\Z")
_IS_USERINFO = re.compile(r"(?::[^/\s@\"']*)?@")
_AUTHORITY_ENDS = re.compile(r"\Z|[/?#:\"'`\s,;()\[\]}<>|&\\]|\.(?=\Z|[\s\"'])")
_NO_BOUNDARY = frozenset("_.-/$%")
_PORT = re.compile(r":(?:\d{2,5}(?![\w@-]|\.\w)|\$[({]\w*PORT\w*[)}])")
# $(POD_NAMESPACE), ${NAMESPACE}, $ns: what a program puts there is the namespace that the text lies in.
_OWN_NAMESPACE = re.compile(r"\.\$[({]?(?:\w*namespace|(?:\w*_)?ns)", re.IGNORECASE)
_SVC = re.compile(r"\.svc(?![\w-])")
_QUALIFIED_ENDS = re.compile(r"(?![\w@-]|\.\w|\s*=|:(?!\d))")
_QUALIFIED_ENDS_IN_URL = re.compile(r"(?![\w@-]|\.\w)")


def names_service(before: str, after: str, namespace: str, *, same_namespace: bool) -> bool:
    """Whether a Service's name that stands between `before` and `after` is surely meant as that Service's address.

    It is as a URL's host (http://NAME, amqp://user:pw@NAME/v), with a port (NAME:8080), and with its namespace
    (NAME.ns, NAME.ns.svc..., NAME.$(NAMESPACE)). It is not as the user of a URL, as part of a longer name, and in
    `a/NAME:1.2` (an image). Without the namespace it is the Service only from there: `same_namespace` tells whether the
    text lies in it.
    """
    in_url = before.endswith(_URL_STARTS) or _follows_userinfo(before)
    if in_url and not before.endswith("@") and _IS_USERINFO.match(after):
        return False
    if not in_url and before and (before[-1].isalnum() or before[-1] in _NO_BOUNDARY):
        return False
    qualified = f".{namespace}"
    if after.startswith(qualified):
        ends = _QUALIFIED_ENDS_IN_URL if in_url else _QUALIFIED_ENDS
        rest = after[len(qualified) :]
        if _SVC.match(rest) or ends.match(rest):
            return True
    if not same_namespace:
        return False
    if _OWN_NAMESPACE.match(after):
        return True
    return bool(_AUTHORITY_ENDS.match(after)) if in_url else not before.endswith(":") and bool(_PORT.match(after))


def _follows_userinfo(before: str) -> bool:
    """Whether `before` ends in the user part of a URL: amqp://user:pw@."""
    authority = before.rfind("://") if before.endswith("@") else -1
    return authority >= 0 and bool(_USERINFO.match(before, authority + 3))


def rename_service(text: str, name: str, new: str, namespace: str, *, same_namespace: bool) -> str:
    """`text` with each address of the Service `name` (see names_service) changed to `new`; `text` itself if none."""
    found = text.find(name) if name else -1
    if found < 0:
        return text
    parts: list[str] = []
    position = 0
    while found >= 0:
        end = found + len(name)
        before, after = text[max(0, found - _CONTEXT) : found], text[end : end + _CONTEXT]
        if names_service(before, after, namespace, same_namespace=same_namespace):
            parts += (text[position:found], new)
            position = end
        found = text.find(name, end)
    return "".join((*parts, text[position:])) if parts else text


def same_when_cut(deployments: Iterable[Manifest], release: Release) -> Manifest | None:
    """The first of `deployments` with the name of one before it, or with the selector of one of another source whose
    labels are so long that they must have been cut; None for those that can be told apart."""
    names: set[object] = set()
    selectors: dict[object, str] = {}
    for manifest in deployments:
        labels = as_map(dig(manifest.body, "spec", "selector", "matchLabels"))
        selector = manifest.ref.home(release.namespace), *sorted((key, str(value)) for key, value in labels.items())
        name = manifest.ref.identity(release.namespace)
        is_cut = any(len(str(value)) >= LONGEST - 2 for value in labels.values())
        if name in names or (is_cut and selectors.setdefault(selector, manifest.site) != manifest.site):
            return manifest
        names.add(name)
    return None


def route_name(decision: WorkloadDecision, decisions: Decisions, site: str) -> str:
    """What the conversion calls the HTTP routes of a workload in the VirtualService of `site` that have no name: after
    the workload where others of the chart have routes there as well, whichever of them a render holds."""
    sharing = [other for other in decisions.workloads if site and site in other.virtual_service_sites]
    return words(decision.key) if len(sharing) > 1 and decision in sharing else ROUTE
