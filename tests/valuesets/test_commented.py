"""Comments of values.yaml as values."""

from __future__ import annotations

import pytest

from rolloutgen.model import Json, Path
from rolloutgen.valuesets.commented import commented_values

TABLE: dict[str, tuple[str, list[tuple[Path, Json]]]] = {
    "prose": ("# This is the port.\n# See https://example.org: it is good.\nport: 80\n", []),
    "below an empty key": (
        "resources: {}\n  # limits:\n  #   cpu: 100m\n  # requests:\n  #   cpu: 50m\n",
        [(("resources", "limits"), {"cpu": "100m"}), (("resources", "requests"), {"cpu": "50m"})],
    ),
    "a list": ("tls: []\n  # - secretName: x\n  #   hosts: [a]\n", [(("tls",), [{"secretName": "x", "hosts": ["a"]}])]),
    "beside other keys": (
        "ingress:\n  enabled: false\n  # className: nginx\n",
        [(("ingress", "className"), "nginx")],
    ),
    "a block of the top level": ("# gateway:\n#   hosts: [a]\nport: 1\n", [(("gateway",), {"hosts": ["a"]})]),
    "behind prose": ("a: {}\n# Set it like this:\n# b:\n#   c: 1\n", [(("b",), {"c": 1})]),
    "nothing given": ("# storageClass:\na: 1\n", []),
}


@pytest.mark.parametrize("name", TABLE)
def test_commented_values(name: str) -> None:
    text, expected = TABLE[name]
    assert list(commented_values(text)) == expected
