"""Three versions of a file made one, by git."""

from __future__ import annotations

import os
import subprocess

from .gitrun import run


def merged_file(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """What `theirs` changed since `base`, brought into `ours`; `theirs` wins where both changed the same lines, and the
    second value says that they did."""
    _, clash = marked_merge(ours, base, theirs, ("ours", "theirs"))
    done = _merge(ours, base, theirs, "--theirs")
    if done.returncode:
        return theirs, True  # a binary file
    return done.stdout, clash


def marked_merge(ours: bytes, base: bytes, theirs: bytes, labels: tuple[str, str]) -> tuple[bytes, bool]:
    """The same, but both stand between conflict marks where both changed the same lines, ours under the first label.

    Of a binary file that both changed `ours` stays.
    """
    done = _merge(ours, base, theirs, "-L", labels[0], "-L", "before", "-L", labels[1])
    if done.returncode >= 128:  # below, it counts the conflicts
        return ours, True
    return done.stdout, done.returncode != 0


def _merge(ours: bytes, base: bytes, theirs: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            names.append(os.path.join(folder, name))
            with open(names[-1], "wb") as stream:
                stream.write(data)
        return run(["merge-file", "-p", "-q", *options, *names])
