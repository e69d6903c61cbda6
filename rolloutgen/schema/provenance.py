"""From which releases the packaged schemas were made."""

from __future__ import annotations

import json

from rolloutgen.data import data_path


def provenance() -> tuple[tuple[str, str], ...]:
    """(name, version) of everything that the schemas describe: ("Kubernetes", "1.25 to 1.37"), ("istio", "v1.31.1")."""
    said = json.loads((data_path("schemas") / "provenance.json").read_text(encoding="utf-8"))
    oldest, newest = said["kubernetes"]["releases"]
    return ("Kubernetes", f"{oldest} to {newest}"), *((one["name"], one["version"]) for one in said["custom"])
