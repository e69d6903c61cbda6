"""Regenerate the schemas of this folder from the packages named in `sources.py`.

    python -m schemas.generate [--output DIR]

Run it at the top of the checkout. It needs `go` and `pip`, which fetch the packages and check what they fetched.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from schemas.crd import metadata, schemas_of
from schemas.kubernetes import OBJECT_META, united
from schemas.sources import LATER_FIELDS, SOURCES, crds, kubernetes_definitions, provenance

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write every schema into the output folder and remove those that no source yields any more."""
    parser = argparse.ArgumentParser(description="Regenerate the JSON Schemas of schemas/.")
    parser.add_argument("--output", type=Path, default=_HERE, help="where the files go (default: this folder)")
    output: Path = parser.parse_args().output
    with tempfile.TemporaryDirectory() as workdir:
        files = generated(Path(workdir))
    output.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in output.glob("*_*_*.json")} - set(files):
        (output / stale).unlink()
    for name, schema in files.items():
        (output / name).write_bytes(dumped(schema))
    (output / "provenance.json").write_text(json.dumps(provenance(), indent=1) + "\n", encoding="utf-8")
    print(f"{len(files)} files in {output}")


def generated(workdir: Path) -> dict[str, Any]:
    """File name -> schema, from the pinned packages. Raises RuntimeError when one cannot be fetched or lacks a kind."""
    kubernetes = united(kubernetes_definitions(workdir))
    files: dict[str, Any] = {"kubernetes.json": kubernetes}
    object_meta = metadata(_inlined(kubernetes["$defs"][OBJECT_META], kubernetes))
    for source in SOURCES:
        found = set()
        for crd in crds(source, workdir):
            kind = crd["spec"]["names"]["kind"]
            found.add(kind)
            later = LATER_FIELDS.get((crd["spec"]["group"], kind), {})
            for name, schema in schemas_of(crd, object_meta):
                if later:
                    schema["properties"]["spec"]["properties"] |= later
                files[name] = schema
        if found != source.kinds:
            raise RuntimeError(f"{source.module} {source.version} lacks {', '.join(sorted(source.kinds - found))}")
    return files


def dumped(schema: Any) -> bytes:
    """Compact, one definition or top-level key a line, so that a diff shows what changed."""
    if not isinstance(schema, dict):
        raise TypeError("a schema is an object")
    lines = []
    for key, value in schema.items():
        if key in ("$defs", "x-kinds", "properties"):
            inner = ",\n".join(f" {json.dumps(name)}:{_compact(item)}" for name, item in value.items())
            lines.append(f"{json.dumps(key)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(key)}:{_compact(value)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def _inlined(node: Any, document: Any) -> Any:
    """`node` with its references replaced by what they name: the file of a custom resource stands alone."""
    if isinstance(node, list):
        return [_inlined(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(document["$defs"][node["$ref"].rpartition("/")[2]], document)
    return {key: _inlined(value, document) for key, value in node.items() if not key.startswith("x-")}


if __name__ == "__main__":
    main()
