"""Where objects name a ConfigMap or Secret in the way that pod templates do, and what counts as their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..model import Json, Manifest, Path

KINDS = ("ConfigMap", "Secret")
CONTENT = ("binaryData", "data", "stringData")
# The key of a reference, the field in it that holds the name, and the kind that it names. imagePullSecrets are left
# out: an old pod must pull its image with the credentials of today.
SHAPES: Mapping[tuple[str, str], str] = {
    ("configMap", "name"): "ConfigMap",
    ("configMapRef", "name"): "ConfigMap",
    ("configMapKeyRef", "name"): "ConfigMap",
    ("secretRef", "name"): "Secret",
    ("secretKeyRef", "name"): "Secret",
    ("secret", "name"): "Secret",
    ("secret", "secretName"): "Secret",
}


def references(value: Json, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Every reference in an object: the path of the name, the kind, the name."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            here = (*path, key)
            kind = SHAPES.get((str(path[-1]), key)) if path else None
            if kind and isinstance(item, str):
                yield here, kind, item
            elif isinstance(item, (Mapping, list)):
                yield from references(item, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, index))


def is_config(manifest: Manifest) -> bool:
    """Whether an object is a ConfigMap or a Secret."""
    return manifest.ref.kind in KINDS and not manifest.ref.group
