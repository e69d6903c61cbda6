"""A chart's files -> the archive that Helm's loader reads."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Mapping

_ROOT = "chart"  # Helm drops the first part of each path


def pack(files: Mapping[str, bytes]) -> bytes:
    """A chart as a .tgz (stored, not compressed: it is unpacked a moment later in the same machine)."""
    whole = io.BytesIO()
    for path, data in files.items():
        if "\\" in path:
            continue
        member = tarfile.TarInfo(f"{_ROOT}/{path}")
        member.size = len(data)
        whole.write(member.tobuf(tarfile.GNU_FORMAT))
        whole.write(data)
        whole.write(bytes(-len(data) % 512))
    whole.write(bytes(1024))
    squeezer = zlib.compressobj(0, zlib.DEFLATED, 31)
    return squeezer.compress(whole.getbuffer()) + squeezer.flush()
