"""Finds plugins: one module of a package is one plugin. Nothing is imported before somebody asks."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Generic, TypeVar

T = TypeVar("T")

_PARTS = ("Why", "Fix", "Source")


class PluginError(Exception):
    """A plugin is not whole: a mistake of ours, not of the user."""


@dataclass(frozen=True, slots=True)
class Doc:
    """A plugin's docstring in its parts, each on one line."""

    summary: str
    why: str
    fix: str
    source: str


@dataclass(frozen=True, slots=True)
class Plugin(Generic[T]):
    """What a module registered, and what its docstring says."""

    code: str
    value: T
    doc: Doc


def read_doc(docstring: str | None, where: str) -> Doc:
    """The parts of a plugin's docstring. Raises PluginError where the first line or a part is missing."""
    summary, _, rest = (docstring or "").strip().partition("\n")
    found = dict.fromkeys(_PARTS, "")
    for name, body in re.findall(rf"^({'|'.join(_PARTS)}):(.*?)(?=^(?:{'|'.join(_PARTS)}):|\Z)", rest, re.M | re.S):
        found[name] = " ".join(body.split())
    missing = [name for name in _PARTS if not found[name]]
    if not summary or missing:
        raise PluginError(f"{where}: the docstring lacks {', '.join(missing) or 'its first line'}")
    return Doc(summary, found["Why"], found["Fix"], found["Source"])


def load(package: str, attribute: str, kind: type[T]) -> Mapping[str, Plugin[T]]:
    """All plugins of `package` by code, in order of code.

    Each module has an `attribute` of type `kind` with a `code` that is the module's name with hyphens.
    Raises PluginError for a module without it, a code that is not the file's, one code twice, a docstring without
    its parts.
    """
    found: dict[str, Plugin[T]] = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        where = f"{package}.{info.name}"
        module = importlib.import_module(where)
        value = getattr(module, attribute, None)
        if not isinstance(value, kind):
            raise PluginError(f"{where}: no {attribute} of type {kind.__name__}")
        code = str(getattr(value, "code", ""))
        if code in found:
            raise PluginError(f"{where}: the code {code!r} is taken")
        if code != info.name.replace("_", "-"):
            raise PluginError(f"{where}: the code {code!r} does not fit the file's name")
        found[code] = Plugin(code, value, read_doc(module.__doc__, where))
    return MappingProxyType(dict(sorted(found.items())))


@cache
def cached(package: str, attribute: str, kind: type[T]) -> Mapping[str, Plugin[T]]:
    """`load`, once in a process."""
    return load(package, attribute, kind)
