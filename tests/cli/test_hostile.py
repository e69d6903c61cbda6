"""Broken and hostile input through the real program: a clear error, in bounded time and memory, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="memory is measured as POSIX does")

ROOT = Path(__file__).parents[2]
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
_SECONDS = 60  # far above what is needed, for machines that are busy
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """How the program ended: `memory` is the most that it or its Helm took, in MiB."""

    code: int
    out: str
    seconds: float
    memory: float


# Runs the program and tells the largest resident size among it and its children.
_MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "rolloutgen", *sys.argv[1:]])
print("MEMORY", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 if sys.platform != "darwin" else 1024))
sys.exit(done.returncode)
"""


def validate(*arguments: object, stdin: bytes = b"") -> Outcome:
    """The outcome of `rolloutgen validate ARGUMENTS`, which must hold to what holds for every input."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "validate", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=_SECONDS,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    text, _, memory = said.rpartition("MEMORY ")
    assert "Traceback" not in said, said
    return Outcome(
        done.returncode,
        text + "".join(memory.partition("\n")[2:]),
        time.monotonic() - start,
        float(memory.split()[0]) / 1024,
    )


def refused(outcome: Outcome, *words: str, memory: int = 600) -> None:
    assert outcome.code == 1, outcome.out
    assert all(word in outcome.out for word in words), outcome.out
    assert outcome.memory < memory, f"{outcome.memory} MiB"


def chart(folder: Path, template: str | bytes = SERVICE, **files: str) -> Path:
    texts: dict[str, str | bytes] = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "templates/all.yaml": template,
        **{name.replace("__", "/"): text for name, text in files.items()},
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_half_a_yaml_document(tmp_path: Path) -> None:
    path = tmp_path / "half.yaml"
    path.write_text('apiVersion: v1\nkind: Service\nmetadata: {name: "web\n')
    refused(validate(path), "half.yaml", "broken YAML", "not-readable")


def test_the_other_files_are_judged_beside_a_broken_one(tmp_path: Path) -> None:
    (tmp_path / "half.yaml").write_text("a: [\n")
    (tmp_path / "whole.yaml").write_text(SERVICE.replace("ports", "prots"))
    refused(validate(tmp_path), "half.yaml", "not-readable", "whole.yaml", "unknown-field")


def test_half_a_document_on_stdin(tmp_path: Path) -> None:
    refused(validate("-", stdin=f"{SERVICE}---\na: [".encode()), "<stdin>", "6:")


def test_a_template_that_renders_half_a_document(tmp_path: Path) -> None:
    outcome = validate(chart(tmp_path, SERVICE + '---\na: {{ "[" }}\n'))
    refused(outcome, "templates/all.yaml", "broken YAML", "rendered text")


def test_aliases_that_explode(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\n{BOMB}")
    refused(validate(path), "bomb.yaml", "aliases expand")
    refused(validate(chart(tmp_path / "values", **{"values.yaml": BOMB})), "values.yaml", "excessive aliasing")
    refused(validate(chart(tmp_path / "rendered", f"apiVersion: v1\nkind: ConfigMap\n{BOMB}")), "too-much", "all.yaml")


def test_collections_in_collections_without_end(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * 200_000)
    refused(validate(path), "deep.yaml", "too deeply")
    path.write_text("a: " + "{a: " * 50_000)
    refused(validate(path), "deep.yaml", "too deeply")


def test_a_file_of_50_mb(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# filler\n" * (50 * _MIB // 9))
    outcome = validate(path)
    refused(outcome, "large.yaml", "a file of ", "too-much", memory=200)
    assert "too-much" in validate("-", stdin=path.read_bytes()).out
    large = chart(tmp_path / "chart")
    path.rename(large / "templates/large.yaml")
    refused(validate(large), "large.yaml", "too-much", memory=200)


def test_an_object_of_more_than_an_api_server_takes(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("apiVersion: v1\nkind: ConfigMap\ndata:\n" + "".join(f"  k{n}: v\n" for n in range(600_000)))
    refused(validate(path), "large.yaml", "an object of", "too-much")
    path.write_text("apiVersion: v1\nkind: ConfigMap\ndata: [" + "1," * (2 * _MIB) + "]\n")
    refused(validate(path), "large.yaml", "an object of", "too-much")


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "image.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0" + bytes(range(256)) * 100)
    refused(validate(path), "image.yaml", "binary")
    path.write_bytes(SERVICE.encode() + b"# \xff\xfe\n")
    refused(validate(path), "image.yaml", "5:", "not UTF-8")
    outcome = validate(chart(tmp_path / "chart", bytes(range(256)) * 100))
    assert outcome.code == 1 and "templates/all.yaml" in outcome.out


def test_an_archive_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "web-1.0.0.tgz"
    path.write_bytes(b"\x1f\x8b" + bytes(100))
    refused(validate(path), "web-1.0.0.tgz", "not a chart archive")


def test_a_template_that_includes_itself(tmp_path: Path) -> None:
    template = (
        '{{ define "web.loop" }}{{ include "web.loop" . }}{{ end }}' + SERVICE + 'x: {{ include "web.loop" . }}\n'
    )
    refused(validate(chart(tmp_path, template), "--timeout", "10"), "templates/all.yaml", memory=2200)


def test_a_template_that_never_ends(tmp_path: Path) -> None:
    template = (
        SERVICE + "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}{{ end }}"
    )
    outcome = validate(chart(tmp_path, template), "--timeout", "3")
    refused(outcome, "longer than 3 seconds", "too-much", memory=2200)
    assert outcome.seconds < 30


def test_a_template_that_never_ends_among_many_charts(tmp_path: Path) -> None:
    for number in range(8):
        chart(tmp_path / f"c{number}")
    chart(tmp_path / "c3", SERVICE + "{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}")
    refused(validate("--all", tmp_path, "--timeout", "3"), "c3", "too-much", "8 charts", memory=2200)


def test_a_template_that_takes_all_memory(tmp_path: Path) -> None:
    template = SERVICE + '{{ $x := "0123456789abcdef" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}{{ $x }}\n'
    refused(validate(chart(tmp_path, template), "--timeout", "20"), "too-much", memory=4000)


def test_links_out_of_the_chart(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    folder = chart(tmp_path / "chart")
    (folder / "templates/link.yaml").symlink_to(tmp_path / "secret.yaml")
    outcome = validate(folder)
    refused(outcome, "templates/link.yaml", "leaves the chart")
    assert "hunter2" not in outcome.out


def test_links_that_turn_in_a_circle(tmp_path: Path) -> None:
    folder = chart(tmp_path / "chart")
    (folder / "templates/again").symlink_to(folder)
    refused(validate(folder), "templates/again")
    manifests = tmp_path / "k8s"
    manifests.mkdir()
    (manifests / "a.yaml").write_text(SERVICE)
    (manifests / "again").symlink_to(manifests)
    assert validate(manifests).code == 0


def test_a_pipe_in_place_of_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    refused(validate(tmp_path / "pipe.yaml"), "neither a file nor a directory")
    folder = chart(tmp_path / "chart")
    os.mkfifo(folder / "templates/pipe.yaml")
    refused(validate(folder), "templates/pipe.yaml")


@pytest.mark.parametrize("text", ["[]", "42", "a string", "- kind: Service\n", "null", ""])
def test_a_document_that_is_no_object(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    outcome = validate(path)
    assert outcome.code == (0 if text in ("null", "") else 1), outcome.out


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: [v1]\nkind: {a: b}\nmetadata: 3\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: [x]}\nspec: 7\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: null\n"
        "spec: {template: [], strategy: {canary: [1]}}",
        "apiVersion: v1\nkind: List\nitems: {a: 1}\n",
        "apiVersion: ../../etc/passwd\nkind: ../../x\nmetadata: {name: y}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {? [a] : b}}\n",
        "{? {a: b} : c}",
    ],
)
def test_objects_of_odd_shapes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    assert validate(path).code in (0, 1)


def test_a_text_that_would_stall_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(SERVICE.replace("web", "a-" * 200_000) + f"  selector: {{app: {'a.' * 200_000}!}}\n")
    outcome = validate(path)
    assert outcome.code == 1 and outcome.seconds < 30
    assert max(map(len, outcome.out.splitlines())) < 1_000_000
