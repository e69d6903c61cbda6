"""What a runbook is made of: chapters of things to do, each with the commands that do it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

Language = Literal["sh", "promql", "yaml"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do or to look at, and what to expect. `commands` run in one POSIX shell, in order, or are queries of
    Prometheus, or lines of a file, as `language` says."""

    text: str
    commands: tuple[str, ...] = ()
    language: Language = "sh"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A title, a word ahead, and the things to do."""

    title: str
    items: tuple[Item, ...]
    ahead: str = ""


def sh(*words: str) -> str:
    """A command line: words quoted where the shell asks for it."""
    return shlex.join(words)


def kubectl(namespace: str, *words: str) -> str:
    """A kubectl command in a namespace."""
    return sh("kubectl", *words, "-n", namespace)


def rollouts(namespace: str, *words: str) -> str:
    """A command of the plugin `kubectl argo rollouts` in a namespace."""
    return sh("kubectl", "argo", "rollouts", *words, "-n", namespace)
