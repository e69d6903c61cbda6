"""One cluster for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .cluster import Cluster, missing, running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster; skips where a program is missing."""
    absent = missing()
    if absent:
        pytest.skip(f"neither on PATH nor in $ROLLOUTGEN_PROGRAMS: {', '.join(absent)}")
    with running(tmp_path_factory.mktemp("cluster")) as found:
        yield found
