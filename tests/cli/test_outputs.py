"""Where `rolloutgen validate` reads from and writes to, at the edges: closed, full, and names that are no text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 70000}]}\n"


def validate(folder: Path, *arguments: str | bytes, shell: str = "", stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Exit code, output and complaints of the program, run in `folder`; `shell` redirects."""
    command: list[str | bytes] = [sys.executable, "-m", "rolloutgen", "validate", *arguments]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    paths = os.pathsep.join(map(os.path.abspath, sys.path))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_an_output_that_is_full_is_said_in_one_line(tmp_path: Path) -> None:
    code, _, said = validate(tmp_path, "-", shell="> /dev/full", stdin=SERVICE)
    assert (code, said) == (2, b"error: the output cannot be written: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirection")
def test_an_input_that_is_closed_is_said(tmp_path: Path) -> None:
    code, _, said = validate(tmp_path, "-", shell="<&-")
    assert code == 2
    assert said.startswith(b"error: the standard input is closed\n")


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirection")
def test_an_output_that_is_closed_leaves_the_verdict(tmp_path: Path) -> None:
    code, _, said = validate(tmp_path, "-", shell=">&-", stdin=SERVICE)
    assert (code, said) == (1, b"")


@pytest.mark.parametrize("name", ["with a space", "ünï", "100% #1?"])
def test_a_working_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    code, out, said = validate(folder, "-", stdin=SERVICE)
    assert (code, said) == (1, b"")
    assert b"70000 is not between 1 and 65535" in out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab"])
def test_a_file_name_that_is_no_text(tmp_path: Path, form: str) -> None:
    name = b"b\xffd, 50%:<a>&\n.yaml"
    Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(SERVICE)
    code, out, said = validate(tmp_path, b"--format=" + form.encode(), name)
    assert (code, said) == (1, b"")
    assert validate(tmp_path, "--baseline=known.json", "--write-baseline", name)[0] == 0
    assert validate(tmp_path, "--baseline=known.json", name)[0] == 0
    if form in ("json", "sarif", "gitlab"):
        body = json.loads(out)
        if form == "sarif":
            place = body["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
            assert place["uri"] == "b%FFd%2C%2050%25%3A%3Ca%3E%26%0A.yaml"
    if form == "junit":
        ElementTree.fromstring(out)
    if form == "github":
        assert out.startswith(b"::error file=b\xffd%2C 50%25%3A<a>&%0A.yaml,line=4,")
