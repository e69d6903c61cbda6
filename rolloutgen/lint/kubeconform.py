"""What the program kubeconform says of the same documents, and where it does not agree with our schemas."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rolloutgen import goyaml
from rolloutgen.errors import UsageError
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Diagnostic, Manifest

RULE = "second-opinion"
_LAYOUT = "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json"
_SECONDS = 60
_MOST = 64 * 1024 * 1024  # of its answer: a megabyte is much
_WITHOUT = "Run it by itself to see why, or leave --kubeconform out."
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
) -> Iterator[Diagnostic]:
    """One finding for each object that only one of the two takes; what is the same in several renders once.

    kubeconform reads the rendered text itself, with the schemas that judged here: `locations` first, then ours.
    Raises UsageError when the program fails.
    """
    from rolloutgen.schema import SchemaVerdict, check

    documents = _documents(views)
    said = _ask(program, documents, views, kube_version, locations)
    told: set[tuple[Any, ...]] = set()
    for view in views:
        verdicts: Sequence[SchemaVerdict] = check(view.objects, kube_version=kube_version, locations=locations)
        for manifest, verdict in zip(view.objects, verdicts, strict=True):
            name = documents.get(_text_of(view, manifest), "")
            status, message = said.get((name, manifest.ref.kind, manifest.ref.name), ("", ""))
            ours = "; ".join(error.message for error in verdict.errors)
            finding = _compared(manifest, verdict.state, ours, status, message, view.value_set)
            key = (manifest.template, manifest.ref.kind, finding and view.nameless(finding.message))
            if finding and key not in told:
                told.add(key)
                yield finding


def _compared(manifest: Manifest, state: str, ours: str, status: str, message: str, name: str) -> Diagnostic | None:
    theirs = {"statusValid": "valid", "statusInvalid": "invalid", "statusError": "invalid"}.get(status)
    mine = "invalid" if manifest.twice else state
    if theirs is None or mine not in ("valid", "invalid") or mine == theirs:
        return None
    if theirs == "invalid":
        text = f"kubeconform refuses what is valid here: {message}"
        return Diagnostic(RULE, "warning", text, _HINT, manifest.template, 0, manifest.ref, (), (name,))
    text = f"kubeconform takes what is refused here: {ours or 'a key is written twice'}"
    return Diagnostic(RULE, "info", text, _HINT, manifest.template, 0, manifest.ref, (), (name,))


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
    from rolloutgen.schema import exported

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
            return _read(json.loads(_answer(command)))
        except (OSError, ValueError, RecursionError) as fault:
            raise UsageError(f"{program} failed", why=str(fault), hint=_WITHOUT) from None


def _answer(command: Sequence[str]) -> bytes:
    """What a program prints. Raises ValueError for one that prints or runs without end, OSError for one that cannot be
    started."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        late = threading.Event()

        def end_late() -> None:
            late.set()
            _end(process)

        alarm = threading.Timer(_SECONDS, end_late)
        alarm.start()
        try:
            assert process.stdout is not None
            said = process.stdout.read(_MOST + 1)
        finally:
            alarm.cancel()
            _end(process)
    if late.is_set():
        raise ValueError(f"no end after {_SECONDS} seconds")
    if len(said) > _MOST:
        raise ValueError(f"it prints more than {_MOST} bytes")
    return said


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and what it started."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()


def _read(body: Any) -> Mapping[tuple[str, str, str], Said]:
    """kubeconform's JSON by file, kind and name. Raises ValueError where it is of another form."""
    found: dict[tuple[str, str, str], Said] = {}
    try:
        for one in body["resources"] or []:
            name, kind, of, status, said = (one[key] for key in ("filename", "kind", "name", "status", "msg"))
            found[os.path.basename(name), str(kind), str(of)] = (str(status), str(said))
    except (LookupError, TypeError) as fault:
        raise ValueError(f"this is no answer of kubeconform ({fault!r})") from None
    return found
