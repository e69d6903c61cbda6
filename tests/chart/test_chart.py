"""Charts from disk: every byte, nothing from outside, within bounds."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart, load_chart, write_chart
from rolloutgen.chart.disk import Limits
from rolloutgen.errors import ChartError, LimitError, UsageError

CHART = b"apiVersion: v2\nname: demo\nversion: 1.2.3\n"
FILES = {
    "Chart.yaml": CHART,
    "values.yaml": b"\xef\xbb\xbfa: 1\r\nb:\r\n",
    "templates/a.yaml": b"a: {{ .Values.a }}\n",
    "templates/.hidden": b"x",
    "templates/sub/b.tpl": b"",
    "charts/redis/Chart.yaml": b"name: redis\nversion: 1\n",
    "charts/redis/templates/c.yaml": b"c: 1\n",
    "logo.png": b"\x89PNG\x00\xff",
    "notes.bak": b"old",
    ".helmignore": b"# comment\n*.bak\n/docs/\nci/\n",
    "docs/guide.md": b"guide",
    "ci/test-values.yaml": b"a: 2\n",
}


def make(root: Path, files: dict[str, bytes] = FILES) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def pack(files: dict[str, bytes], prefix: str = "demo/") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(prefix + path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_every_byte_is_kept_and_helm_sees_what_it_would(tmp_path: Path) -> None:
    chart = load_chart(make(tmp_path))
    assert dict(chart.files) == FILES
    assert (chart.name, chart.version) == ("demo", "1.2.3")
    assert chart.text("values.yaml") == "\ufeffa: 1\r\nb:\r\n"
    assert chart.values == {"a": 1, "b": None}
    assert chart.ignored == {"templates/.hidden", "notes.bak", "docs/guide.md", "ci/test-values.yaml"}
    assert chart.template_paths == ("templates/a.yaml", "templates/sub/b.tpl")


@pytest.mark.parametrize(
    ("rules", "ignored"),
    [
        ("", {"templates/.x"}),
        ("*.md\n", {"a.md", "d/b.md", "templates/.x"}),
        ("/*.md\n", {"a.md", "templates/.x"}),
        ("d\n", {"d/b.md", "d/e/c.txt", "templates/.x"}),
        ("d/\n", {"d/b.md", "d/e/c.txt", "templates/.x"}),
        ("d/*\n", {"d/b.md", "d/e/c.txt", "templates/.x"}),
        ("c.txt/\n", {"templates/.x"}),
        ("[ab].md\n", {"a.md", "d/b.md", "templates/.x"}),
        ("[^a].md\n", {"d/b.md", "templates/.x"}),
        ("?.txt\n", {"d/e/c.txt", "templates/.x"}),
        ("d/e/c.txt\n", {"d/e/c.txt", "templates/.x"}),
        # Not git's meaning: whatever a negated rule does not match is ignored.
        ("!*.md\n", {"d/b.md", "d/e/c.txt", "templates/.x", "Chart.yaml", ".helmignore"}),
    ],
)
def test_helmignore_is_helms_not_gits(rules: str, ignored: set[str]) -> None:
    files = dict.fromkeys(("Chart.yaml", "a.md", "d/b.md", "d/e/c.txt", "templates/.x"), b"")
    assert Chart("", {**files, ".helmignore": rules.encode()}).ignored == ignored


def test_rules_that_helm_refuses_are_an_error() -> None:
    with pytest.raises(ChartError, match="double-star") as fault:
        _ = Chart("", {"Chart.yaml": CHART, ".helmignore": b"a/**\n"}).ignored
    assert fault.value.path == ".helmignore"


def test_changes_make_another_chart() -> None:
    before = Chart("x", {"a": b"1", "b": b"2"})
    after = before.with_files({"a": None, "b": b"3", "c": b"4", "never": None})
    assert dict(after.files) == {"b": b"3", "c": b"4"}
    assert dict(before.files) == {"a": b"1", "b": b"2"}
    assert before.digest != after.digest == Chart("elsewhere", {"c": b"4", "b": b"3"}).digest


def test_faults_name_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match="no such chart"):
        load_chart(tmp_path / "missing")
    make(tmp_path / "all", {"one/Chart.yaml": CHART, "two/Chart.yaml": CHART})
    with pytest.raises(ChartError, match="not a chart") as fault:
        load_chart(tmp_path / "all")
    assert fault.value.hint == "Charts are below it: one, two"
    with pytest.raises(ChartError, match="broken YAML") as fault:
        load_chart(make(tmp_path / "broken", {"Chart.yaml": b"name: x\nversion: [\n"}))
    assert (fault.value.path, fault.value.line) == ("Chart.yaml", 3)
    with pytest.raises(ChartError, match="no name"):
        load_chart(make(tmp_path / "anonymous", {"Chart.yaml": b"version: 1\n"}))
    chart = load_chart(make(tmp_path / "latin", {"Chart.yaml": CHART, "templates/a.yaml": b"a: 1\nb: \xe9\n"}))
    with pytest.raises(ChartError, match="not UTF-8") as fault:
        chart.text("templates/a.yaml")
    assert (fault.value.path, fault.value.line) == ("templates/a.yaml", 2)


posix = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")


@posix
def test_links_inside_are_followed_and_links_outside_refused(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (tmp_path / "secret.yaml").write_bytes(b"secret")
    (root / "templates/same.yaml").symlink_to("a.yaml")
    (root / "linked").symlink_to("templates/sub")
    chart = load_chart(root)
    assert chart.files["templates/same.yaml"] == FILES["templates/a.yaml"]
    assert chart.files["linked/b.tpl"] == b""
    (root / "templates/leak.yaml").symlink_to("../../secret.yaml")
    with pytest.raises(ChartError, match="leaves the chart") as fault:
        load_chart(root)
    assert fault.value.path == "templates/leak.yaml"
    (root / "templates/leak.yaml").unlink()
    (root / "docs/leak.yaml").symlink_to(tmp_path / "secret.yaml")  # Helm does not see it either
    assert "docs/leak.yaml" not in load_chart(root).files


@posix
def test_a_licence_that_lies_above_the_chart_is_left_out_unless_a_template_reads_it(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (tmp_path / "LICENSE").write_bytes(b"free")
    (root / "LICENSE").symlink_to("../LICENSE")
    assert "LICENSE" not in load_chart(root).files
    (root / "templates/a.yaml").write_bytes(b'a: {{ .Files.Get "LICENSE" }}')
    with pytest.raises(ChartError, match="a template reads it"):
        load_chart(root)


@posix
@pytest.mark.parametrize("target", ["../missing", "nowhere", ".", "../chart", "link"])
def test_links_that_lead_nowhere_or_round_in_circles_are_refused(tmp_path: Path, target: str) -> None:
    root = make(tmp_path / "chart")
    (root / "templates/link").symlink_to(target)
    with pytest.raises(ChartError, match="symbolic link"):
        load_chart(root)


@posix
@pytest.mark.parametrize("place", ["link", "templates", "Chart.yaml", "rolloutgen.yaml"])
def test_a_link_to_itself_is_refused_wherever_it_stands(tmp_path: Path, place: str) -> None:
    root = make(tmp_path / "chart")
    path = root / place
    path.parent.mkdir(exist_ok=True)
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.symlink_to(path.name)
    with pytest.raises(ChartError, match="symbolic link"):
        load_chart(root)


@posix
def test_a_pipe_for_rules_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / ".helmignore").unlink(missing_ok=True)
    os.mkfifo(root / ".helmignore")
    with pytest.raises(ChartError, match="neither a file"):
        load_chart(root)


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems take no such names")
def test_a_name_that_is_not_utf_8_is_told_when_the_file_is_read(tmp_path: Path) -> None:
    root = make(tmp_path / "chart")
    (root / os.fsdecode(b"templates/caf\xe9.yaml")).write_text("a: b\n")
    chart = load_chart(root)
    with pytest.raises(ChartError, match="name that is not UTF-8") as raised:
        chart.text(os.fsdecode(b"templates/caf\xe9.yaml"))
    assert str(raised.value).encode("utf-8").startswith(b"templates/caf\\udce9.yaml")


def test_bounds(tmp_path: Path) -> None:
    root = make(tmp_path)
    with pytest.raises(LimitError, match="above the limit"):
        load_chart(root, limits=Limits(file_bytes=30))
    with pytest.raises(LimitError, match="files"):
        load_chart(root, limits=Limits(files=3))
    (root / "docs/film.mp4").write_bytes(bytes(2 * 1024 * 1024))
    assert "docs/film.mp4" not in load_chart(root).files  # ignored and large: it stays on disk


@pytest.mark.parametrize("path", ["values.yaml", "charts/redis/values.yaml"])
def test_values_without_number_are_refused_where_they_stand(tmp_path: Path, path: str) -> None:
    many = b"".join(b"key%d: {a: [1, 2]}\n" % number for number in range(110_000))
    with pytest.raises(LimitError, match="more than 300000 values") as raised:
        load_chart(make(tmp_path / "chart", {**FILES, path: many}))
    assert raised.value.path == path
    text = b"board: |\n" + b"  the text of a dashboard has few keys\n" * 100_000
    assert load_chart(make(tmp_path / "other", {**FILES, path: text})).files[path] == text


def test_archives(tmp_path: Path) -> None:
    archive = tmp_path / "demo-1.2.3.tgz"
    archive.write_bytes(pack(FILES))
    assert dict(load_chart(archive).files) == FILES
    archive.write_bytes(b"no archive")
    with pytest.raises(ChartError, match="not a chart archive"):
        load_chart(archive)


@pytest.mark.parametrize("name", ["demo/../../evil", "/etc/passwd", "Chart.yaml", "demo/..", "c:/x/y"])
def test_archives_that_leave_themselves_are_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.tgz"
    archive.write_bytes(pack({name: b"x"}, prefix=""))
    with pytest.raises(ChartError, match="outside"):
        load_chart(archive)


def test_archives_with_links_and_bombs_are_refused(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tgz"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        member = tarfile.TarInfo("demo/templates/a.yaml")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    archive.write_bytes(out.getvalue())
    with pytest.raises(ChartError, match="a link or a device"):
        load_chart(archive)
    archive.write_bytes(pack({"Chart.yaml": CHART, "zeros": bytes(4_000_000)}))
    with pytest.raises(LimitError):
        load_chart(archive, limits=Limits(file_bytes=1_000_000))
    with pytest.raises(LimitError):
        load_chart(archive, limits=Limits(total_bytes=1_000_000, files=10))
    archive.write_bytes(gzip.compress(bytes(30_000_000)))
    with pytest.raises((ChartError, LimitError)):
        load_chart(archive, limits=Limits(total_bytes=1_000_000, files=10))


def test_written_in_place(tmp_path: Path) -> None:
    before = load_chart(make(tmp_path / "chart"))
    (tmp_path / "chart/docs/film.mp4").write_bytes(bytes(2 * 1024 * 1024))
    after = before.with_files({"values.yaml": b"a: 2\n", "templates/a.yaml": None, "templates/new.yaml": b"n\n"})
    write_chart(before, after, tmp_path / "chart")
    assert load_chart(tmp_path / "chart").files == after.files
    assert (tmp_path / "chart/docs/film.mp4").stat().st_size == 2 * 1024 * 1024
    with pytest.raises(ChartError, match="has changed since it was read"):
        write_chart(before, before.with_files({"values.yaml": b"a: 3\n"}), tmp_path / "chart")
    assert load_chart(tmp_path / "chart").files == after.files


def test_written_to_a_new_directory(tmp_path: Path) -> None:
    before = load_chart(make(tmp_path / "chart"))
    os.chmod(tmp_path / "chart/logo.png", 0o600)
    (tmp_path / "chart/docs/film.mp4").write_bytes(bytes(2 * 1024 * 1024))
    after = before.with_files({"values.yaml": b"a: 2\n", "templates/a.yaml": None})
    target = tmp_path / "charts/demo/2.0.0"
    write_chart(before, after, target)
    write_chart(before, after, target)  # what stands there is this very output
    assert load_chart(target).files == after.files
    assert load_chart(tmp_path / "chart").files == before.files
    assert (target / "docs/film.mp4").exists()
    assert os.listdir(target.parent) == ["2.0.0"]
    with pytest.raises(UsageError, match="not empty"):
        write_chart(before, before, target)
    with pytest.raises(UsageError, match="inside the chart"):
        write_chart(before, after, tmp_path / "chart/out")


def test_an_archive_is_written_to_a_directory_only(tmp_path: Path) -> None:
    archive = tmp_path / "demo.tgz"
    archive.write_bytes(pack(FILES))
    before = load_chart(archive)
    after = before.with_files({"values.yaml": b"a: 2\n"})
    with pytest.raises(UsageError, match="in place"):
        write_chart(before, after, archive)
    write_chart(before, after, tmp_path / "out")
    assert load_chart(tmp_path / "out").files == after.files
