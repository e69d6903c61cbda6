"""What the program kubeconform says of the same documents, and where it does not agree with our schemas."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..model import Finding, Manifest
from ..objects.release import ReleaseView
from ..yamls import goyaml

RULE = "second-opinion"
_LAYOUT = "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json"
_SECONDS = 120
_HINT = "Read both messages: `rolloutgen explain second-opinion`."
Said = tuple[str, str]  # kubeconform's status and message


def find_program() -> str:
    """The kubeconform on PATH, or in the folder that $ROLLOUTGEN_PROGRAMS names. Raises UsageError without one."""
    folder = os.environ.get("ROLLOUTGEN_PROGRAMS", "")
    places = [os.path.join(folder, part) for part in ("", "bin")] if folder else []
    found = shutil.which("kubeconform") or shutil.which("kubeconform", path=os.pathsep.join(places))
    if not found:
        hint = "go install github.com/yannh/kubeconform/cmd/kubeconform@latest, or leave --kubeconform out."
        raise UsageError("kubeconform is not on PATH", hint=hint)
    return found


def disagreements(
    program: str, views: Sequence[ReleaseView], kube_version: str, locations: Sequence[str] = ()
) -> Iterator[Finding]:
    """One finding for each object that only one of the two takes; what is the same in several renders once.

    kubeconform reads the rendered text itself, with the schemas that judged here: `locations` first, then ours.
    Raises UsageError when the program fails.
    """
    from ..schema import Verdict, check

    documents = _documents(views)
    said = _ask(program, documents, views, kube_version, locations)
    told: set[tuple[Any, ...]] = set()
    for view in views:
        verdicts: Sequence[Verdict] = check(view.objects, kube_version=kube_version, locations=locations)
        for manifest, verdict in zip(view.objects, verdicts, strict=True):
            name = documents.get(_text_of(view, manifest), "")
            status, message = said.get((name, manifest.ref.kind, manifest.ref.name), ("", ""))
            ours = "; ".join(error.message for error in verdict.errors)
            finding = _compared(manifest, verdict.state, ours, status, message, view.value_set)
            key = (manifest.template, manifest.ref.kind, finding and view.nameless(finding.message))
            if finding and key not in told:
                told.add(key)
                yield finding


def _compared(manifest: Manifest, state: str, ours: str, status: str, message: str, name: str) -> Finding | None:
    theirs = {"statusValid": "valid", "statusInvalid": "invalid", "statusError": "invalid"}.get(status)
    mine = "invalid" if manifest.twice else state
    if theirs is None or mine not in ("valid", "invalid") or mine == theirs:
        return None
    if theirs == "invalid":
        text = f"kubeconform refuses what is valid here: {message}"
        return Finding(RULE, "warning", text, _HINT, manifest.template, 0, manifest.ref, (), (name,))
    text = f"kubeconform takes what is refused here: {ours or 'a key is written twice'}"
    return Finding(RULE, "info", text, _HINT, manifest.template, 0, manifest.ref, (), (name,))


def _text_of(view: ReleaseView, manifest: Manifest) -> str:
    """The text of the document that holds an object."""
    text = view.files.get(manifest.template, "")
    return next((raw for raw, line in goyaml.split_documents(text) if line == manifest.line), "")


def _documents(views: Sequence[ReleaseView]) -> Mapping[str, str]:
    """A file name for each distinct document with objects, by its text."""
    texts = dict.fromkeys(_text_of(view, manifest) for view in views for manifest in view.objects)
    return {text: f"{number:06}.yaml" for number, text in enumerate(texts) if text}


def _ask(
    program: str,
    documents: Mapping[str, str],
    views: Sequence[ReleaseView],
    kube_version: str,
    locations: Sequence[str],
) -> Mapping[tuple[str, str, str], Said]:
    """What kubeconform says, by file, kind and name."""
    from ..schema import exported

    kinds = {(m.ref.api_version, m.ref.kind) for view in views for m in view.objects if m.ref.kind}
    with tempfile.TemporaryDirectory(prefix="rolloutgen-") as folder:
        inputs, schemas = Path(folder, "inputs"), Path(folder, "schemas")
        inputs.mkdir()
        schemas.mkdir()
        for text, name in documents.items():
            (inputs / name).write_text(text, encoding="utf-8")
        for name, schema in exported(kube_version, kinds):
            (schemas / name).write_text(json.dumps(schema), encoding="utf-8")
        places = [*(place for place in locations if place != "default"), f"{schemas}/{_LAYOUT}"]
        command = [program, "-strict", "-output", "json", "-verbose", "-ignore-missing-schemas"]
        command += [part for place in places for part in ("-schema-location", place)] + [str(inputs)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
            resources = json.loads(done.stdout)["resources"] or []
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError) as fault:
            raise UsageError(f"{program} failed", why=str(fault)) from None
    return {
        (os.path.basename(one["filename"]), one["kind"], one["name"]): (one["status"], one["msg"]) for one in resources
    }
