"""Rendered text -> objects, split and read as Helm and the API server read them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from rolloutgen import goyaml
from rolloutgen.errors import LimitError, RenderError
from rolloutgen.model import Manifest, Path, Ref

_HOOKS = frozenset(
    [f"{when}-{what}" for when in ("pre", "post") for what in ("install", "delete", "upgrade", "rollback")]
    + ["test", "test-success"]
)
_MARK = "rg-site:"
_MARKER = re.compile(r"[ \t]+#[ \t]*rg-site:([^\s\\\"']+)")
_Read = tuple[goyaml.YamlDocument, Mapping[int, str]]  # a document and the mark of each of its objects, see _sites


class Seen:
    """Documents that were parsed before, by their text: most of a chart renders alike under all value sets. Objects of
    the same text share one body, also where only one of them carries a mark. `size` counts characters of text."""

    def __init__(self) -> None:
        self._known: dict[str, _Read] = {}
        self.size = 0

    def get(self, raw: str) -> _Read | None:
        """The document and its marks; None for a text that is new."""
        return self._known.get(raw)

    def add(self, raw: str, found: _Read) -> _Read:
        """Remembers a document; comes back with the body of one that differs in its marks only."""
        document, sites = found
        bare = _MARKER.sub("", raw) if sites and raw.count(_MARK) == sum(map(bool, sites.values())) else raw
        same = self._known.get(bare)
        if same is not None:
            found = document._replace(body=same[0].body), sites
        else:
            self._known[bare] = document, {}
        self._known[raw] = found
        self.size += len(raw)
        return found


def parse_rendered(files: Mapping[str, str], seen: Seen | None = None) -> tuple[Manifest, ...]:
    """The objects of rendered `files` (text by root-relative path), in order of path and position.

    Hooks and tests are objects like others; NOTES.txt and partials are none; lists are unwrapped. `Manifest.site` comes
    from a comment `# rg-site:<id>` behind the value of an object's `kind`. What `seen` knows is not parsed again.
    Raises RenderError with file and line for text that is no YAML or no object, LimitError for a YAML bomb.
    """
    known = Seen() if seen is None else seen
    paths = [path for path in sorted(files) if _holds_objects(path)]
    return tuple(manifest for path in paths for manifest in _objects(path, files[path], known))


def by_identity(objects: Iterable[Manifest], namespace: str) -> dict[tuple[str, str, str, str], tuple[Manifest, ...]]:
    """The objects as a multiset: all that share (group, kind, namespace, name), in their order.

    `namespace` is the release's, for objects that name none.
    """
    found: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for manifest in objects:
        found.setdefault(manifest.ref.identity(namespace), []).append(manifest)
    return {identity: tuple(same) for identity, same in found.items()}


def ref_of(body: Mapping[str, Any]) -> Ref:
    """The four names of an object; what is missing is ""."""
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return Ref(
        _text(body.get("apiVersion")),
        _text(body.get("kind")),
        _text(metadata.get("namespace")),
        _text(metadata.get("name")),
    )


def keys_written_twice(duplicates: Iterable[goyaml.Duplicate], position: int) -> tuple[tuple[Path, int], ...]:
    """Path and line of each key that the object at `position` of a document (-1: all of it) has twice."""
    base: Path = () if position < 0 else ("items", position)
    return tuple((found.path[len(base) :], found.line) for found in duplicates if found.path[: len(base)] == base)


def _holds_objects(path: str) -> bool:
    return not path.endswith("NOTES.txt") and not posixpath.basename(path).startswith("_")


def _objects(path: str, text: str, seen: Seen) -> Iterator[Manifest]:
    for raw, line in goyaml.split_documents(text):
        try:
            document, sites = seen.get(raw) or seen.add(raw, _read(raw, line))
        except goyaml.YamlError as fault:
            at = min(fault.line, len(text.splitlines()))  # the fault may be that the text ends
            raise RenderError(
                f"the template renders to broken YAML: {fault.problem}",
                path=path,
                line=at,
                why=_rendered_line(text, at),
                rendered=True,
            ) from None
        except LimitError as fault:
            raise LimitError(fault.what, path=path, line=fault.line, hint=fault.hint, rendered=True) from None
        body = document.body
        if body is None:
            continue
        if not isinstance(body, dict):
            raise RenderError(
                "the template renders to something that is no object",
                path=path,
                line=line,
                why=_rendered_line(text, line),
                rendered=True,
            )
        if _unknown_hook(body):
            continue
        for position, item in unwrapped(body):
            twice = tuple(
                (at, found - document.line + line) for at, found in keys_written_twice(document.duplicates, position)
            )
            yield Manifest(ref_of(item), item, path, sites.get(position, ""), line, twice)


def _read(raw: str, line: int) -> _Read:
    document = goyaml.parse(raw, line)
    if _MARK not in raw:
        return document, {}
    sites = _sites(raw)
    if raw.count(_MARK) > sum(map(bool, sites.values())):
        # A mark within a text, such as a manifest that a ConfigMap holds, is no comment there.
        document = goyaml.parse(_MARKER.sub("", raw), line)
    return document, sites


def _unknown_hook(body: Mapping[str, Any]) -> bool:
    """Helm drops a document whose hook it does not know, such as Helm 2's crd-install."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    hooks = annotations.get("helm.sh/hook") if isinstance(annotations, dict) else None
    return isinstance(hooks, str) and any(hook.strip().lower() not in _HOOKS for hook in hooks.split(","))


def unwrapped(body: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(position, object) of each item of a `kind: ...List`, else (-1, the object itself). Items of a list within the
    list have the position of that list."""
    items = body.get("items")
    if not (_text(body.get("kind")).endswith("List") and isinstance(items, list)):
        yield -1, body
        return
    for position, item in enumerate(items):
        if isinstance(item, dict):
            yield from ((position, inner) for _, inner in unwrapped(item))


def _sites(raw: str) -> dict[int, str]:
    """The site marker of the document's object (-1) and of each item of a list, read behind the value of `kind`."""
    node = goyaml.compose(raw)
    found = {-1: _site(node, raw)}
    items = next((value for key, value in _pairs(node) if key.value == "items"), None)
    if isinstance(items, yaml.SequenceNode):
        found.update((position, _site(item, raw)) for position, item in enumerate(items.value))
    return found


def _site(node: yaml.Node | None, raw: str) -> str:
    for key, value in _pairs(node):
        if key.value == "kind" and isinstance(value, yaml.ScalarNode):
            marker = _MARKER.match(raw, value.end_mark.index)
            if marker:
                return marker[1]
    return ""


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _rendered_line(text: str, line: int) -> str:
    said = next((found.strip() for found in text.splitlines()[line - 1 : line]), "")
    return f"There it says: {said[:120]}" if said else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)
