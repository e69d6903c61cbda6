"""What all tests share: Helm in this process, and the option that rewrites expected charts."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from rolloutgen.helm.embedded import EmbeddedEngine

# A busy machine is no fault of the code: the benchmark measures, properties do not. In CI a run says the same as the
# one before: new examples are looked for where somebody is there to read them.
settings.register_profile("rolloutgen", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("rolloutgen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/charts/*/after from what comes out")


@pytest.fixture(scope="session")
def embedded() -> EmbeddedEngine:
    """The embedded Helm, once a process."""
    return EmbeddedEngine()
