"""Packaged data is found in a checkout and in a wheel's layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen import package_data
from rolloutgen.errors import RolloutgenError


def test_in_a_checkout_the_top_level_folder_is_found() -> None:
    assert (package_data.data_path("schemas") / "rollout_argoproj.io_v1alpha1.json").is_file()


def test_in_a_wheel_the_copy_beside_the_code_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_data, "_PACKAGE", str(tmp_path / "rolloutgen"))
    (tmp_path / "rolloutgen" / "_data" / "colours").mkdir(parents=True)
    (tmp_path / "colours").mkdir()
    assert package_data.data_path("colours") == tmp_path / "rolloutgen" / "_data" / "colours"
    package_data.data_file.cache_clear()


def test_a_broken_installation_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_data, "_PACKAGE", str(tmp_path / "rolloutgen"))
    with pytest.raises(RolloutgenError, match="install rolloutgen again"):
        package_data.data_path("no-such-folder")
