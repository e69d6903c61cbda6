"""Which options go together, and which of two layers wins."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.config.options import checked, settle
from rolloutgen.errors import UsageError

AGAINST: tuple[dict[str, Any], ...] = ({"strategy": "blue-green"}, {"strategy": "basic"}, {"router": "none"})


@pytest.mark.parametrize("chosen", AGAINST)
def test_an_analysis_without_metrics_is_wrong_usage(chosen: dict[str, Any]) -> None:
    flags = {"analysis": "step", **chosen}
    with pytest.raises(UsageError) as caught:
        checked(settle(flags), flags)
    assert caught.value.why and str(next(iter(chosen.values()))) in caught.value.what


@pytest.mark.parametrize("chosen", AGAINST)
def test_an_analysis_that_only_the_house_wants_is_left_out_there(chosen: dict[str, Any]) -> None:
    assert checked(settle({"analysis": "step"}, chosen), chosen).analysis == ""


def test_an_analysis_behind_istio_stays() -> None:
    assert checked(settle({"analysis": "step"}), {"analysis": "step"}).analysis == "step"
