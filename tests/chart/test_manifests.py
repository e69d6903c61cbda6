"""Rendered text to objects."""

from __future__ import annotations

import pytest

from rolloutgen import goyaml
from rolloutgen.chart.manifests import Seen, by_identity, parse_rendered, unwrapped
from rolloutgen.errors import RenderError
from rolloutgen.model import Ref


def refs(*texts: str) -> list[str]:
    files = {f"templates/{index}.yaml": text for index, text in enumerate(texts)}
    return [str(manifest.ref) for manifest in parse_rendered(files)]


def test_objects_keep_template_order_and_line() -> None:
    text = "# first\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n\nkind: Pod\nmetadata: {name: b}\n"
    found = parse_rendered({"templates/z.yaml": text, "charts/redis/templates/a.yaml": "kind: Secret\n"})
    assert [(manifest.template, str(manifest.ref), manifest.line) for manifest in found] == [
        ("charts/redis/templates/a.yaml", "Secret/", 1),
        ("templates/z.yaml", "Service/a", 3),
        ("templates/z.yaml", "Pod/b", 8),
    ]


def test_notes_and_partials_are_no_objects() -> None:
    files = {
        "templates/NOTES.txt": "not: [yaml",
        "charts/x/templates/NOTES.txt": "{{",
        "templates/_helpers.tpl": "a: [",
    }
    assert parse_rendered(files) == ()


def test_lists_are_unwrapped() -> None:
    text = "kind: List\nitems:\n  - {kind: A, metadata: {name: x}}\n  - {kind: B, metadata: {name: z}}\n  -\n"
    assert refs(text) == ["A/x", "B/z"]
    assert refs("kind: RoleBindingList\nitems: []\n") == []


def test_a_spec_with_items_is_no_list() -> None:
    assert refs("kind: ConfigMap\nmetadata: {name: x}\nitems: [1]\n") == ["ConfigMap/x"]


def test_hooks_and_tests_are_objects_but_hooks_that_helm_does_not_know_are_not() -> None:
    text = "kind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: %s}}\n"
    assert refs(text % '"pre-install, post-upgrade"') == ["Job/j"]
    assert refs(text % "test") == ["Job/j"]
    assert refs(text % "crd-install") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind: A\n---\n\n- a list\n", 4),
        ("just text\n", 1),
        ("a: 1\n---\nb: [\n", 3),
        ("a: 1\n---\n\nkind: Pod # rg-site:a.yaml#0\nb: }\nc: 1\n", 5),
        ("  apiVersion: v1\n  kind: A\n", 2),  # Helm cuts the indentation of the first line off
    ],
)
def test_what_is_no_object_is_told_with_file_and_line(text: str, line: int) -> None:
    with pytest.raises(RenderError) as fault:
        parse_rendered({"templates/a.yaml": text})
    assert (fault.value.path, fault.value.line) == ("templates/a.yaml", line)


SITE = "templates/a.yaml#0"


@pytest.mark.parametrize(
    "text",
    [
        f"apiVersion: apps/v1\nkind: Deployment # rg-site:{SITE}\nmetadata: {{name: a}}\n",
        f"metadata:\n  name: a\nkind: 'Deployment'   # rg-site:{SITE}\n",
        f"{{kind: Deployment # rg-site:{SITE}\n, metadata: {{name: a}}}}\n",
        f'"kind": Deployment # rg-site:{SITE}\nspec:\n  kind: X # rg-site:other\n',
    ],
)
def test_the_marker_behind_kind_gives_the_site(text: str) -> None:
    (manifest,) = parse_rendered({"templates/a.yaml": text})
    assert (manifest.ref.kind, manifest.site) == ("Deployment", SITE)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Deployment\nspec: x # rg-site:a\n",
        "kind: Deployment\ndata: |\n  kind: Deployment # rg-site:a\n",
        "kind: 'Deployment # rg-site:a'\n",
        "kind: Deployment # other rg-site:a\n",
        "# rg-site:a\nkind: Deployment\nmetadata:\n  kind: X # rg-site:b\n",
    ],
)
def test_a_marker_elsewhere_gives_none(text: str) -> None:
    (manifest,) = parse_rendered({"templates/a.yaml": text})
    assert manifest.site == ""


def test_items_of_a_list_have_sites_of_their_own() -> None:
    text = "kind: List\nitems:\n- kind: A # rg-site:one\n- kind: B\n- metadata: {}\n  kind: C # rg-site:three\n"
    assert [manifest.site for manifest in parse_rendered({"t.yaml": text})] == ["one", "", "three"]


def test_identity_is_a_multiset_without_version() -> None:
    text = (
        "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: ns}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    )
    found = by_identity(parse_rendered({"t.yaml": text}), "ns")
    assert [(identity, len(same)) for identity, same in found.items()] == [
        (("apps", "Deployment", "ns", "a"), 2),
        (("", "Service", "ns", "a"), 1),
    ]
    assert found[("apps", "Deployment", "ns", "a")][1].ref == Ref("apps/v1", "Deployment", "ns", "a")


def test_what_was_seen_is_one_body_wherever_it_stands_and_whatever_marks_it() -> None:
    seen = Seen()
    pod = "kind: Pod{}\nmetadata:\n  name: b\n  name: c\n"
    (first,) = parse_rendered({"templates/a.yaml": pod.format(" # rg-site:templates/a.yaml#0")}, seen)
    again, bare = parse_rendered(
        {"templates/a.yaml": f"# moved\n---\n{pod.format(' # rg-site:templates/a.yaml#0')}---\n{pod.format('')}"}, seen
    )
    assert first.body is again.body is bare.body
    assert (first.site, again.site, bare.site) == ("templates/a.yaml#0", "templates/a.yaml#0", "")
    assert (first.line, again.line, bare.line) == (1, 3, 8)
    key = ("metadata", "name")
    assert (first.twice, again.twice, bare.twice) == (((key, 4),), ((key, 6),), ((key, 11),))


def test_a_mark_that_a_text_took_along_is_no_part_of_it() -> None:
    said = "kind: ConfigMap{}\ndata:\n  a: |\n    kind: Job{}\n    x: y\n  b: {}\n"
    marked = said.format(" # rg-site:a.yaml#0", " # rg-site:b", '"kind: Job # rg-site:b\\nx: y"')
    bare = said.format("", "", '"kind: Job\\nx: y"')
    one, other = (parse_rendered({"a.yaml": text}, Seen())[0] for text in (marked, bare))
    assert one.body == other.body
    assert one.body["data"] == {"a": "kind: Job\nx: y\n", "b": "kind: Job\nx: y"}
    assert (one.site, other.site) == ("a.yaml#0", "")


def test_items_of_a_list_within_a_list_are_objects() -> None:
    inner = "{apiVersion: v1, kind: List, items: [{kind: ConfigMap, metadata: {name: b}}, {kind: ConfigMap}]}"
    body = goyaml.load(f"{{kind: List, items: [{{kind: Secret, metadata: {{name: a}}}}, {inner}, null]}}")
    assert [(at, item["kind"]) for at, item in unwrapped(body)] == [(0, "Secret"), (1, "ConfigMap"), (1, "ConfigMap")]
