"""Nested values and the paths in them."""

from __future__ import annotations

from rolloutgen.kube.tree import Named, path_text


def test_paths_as_people_write_them() -> None:
    assert path_text(("spec", "ports", 0, "name")) == "spec.ports[0].name"
    assert path_text(("spec", "containers", Named("web"), "image")) == "spec.containers[web].image"
    assert path_text(("metadata", "labels", "a.b/c")) == 'metadata.labels["a.b/c"]'
    assert path_text(("spec", "ports", "(order)")) == "spec.ports.(order)"
    assert path_text(()) == ""
