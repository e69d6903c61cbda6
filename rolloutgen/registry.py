"""Finds plugins: one module of a package is one plugin. Nothing is imported before somebody asks."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_PARTS = ("Why", "Fix", "Source")


class PluginError(Exception):
    """A plugin is not whole: a mistake of ours, not of the user."""


class Doc(NamedTuple):
    """A plugin's docstring in its parts, each on one line."""

    summary: str
    why: str
    fix: str
    source: str


class Plugin(Generic[T]):
    """What a module registered, and what its docstring says."""

    __slots__ = ("_doc", "_module", "code", "value")

    def __init__(self, code: str, value: T, module: ModuleType) -> None:
        self.code = code
        self.value = value
        self._module = module
        self._doc: Doc | None = None

    @property
    def doc(self) -> Doc:
        """The parts of the docstring. Raises PluginError where one is missing."""
        if self._doc is None:
            self._doc = read_doc(self._module.__doc__, self._module.__name__)
        return self._doc


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


@cache
def codes(package: str) -> tuple[str, ...]:
    """The codes of all plugins of `package`, in order: the names of its modules with hyphens. Imports none of them."""
    names = (name[:-3] for name in os.listdir(_folder(package)) if name.endswith(".py") and name != "__init__.py")
    return tuple(sorted(name.replace("_", "-") for name in names))


def source_of(package: str, code: str) -> str:
    """The source text of a plugin, which is not imported."""
    with open(f"{_folder(package)}/{code.replace('-', '_')}.py", encoding="utf-8") as stream:
        return stream.read()


@cache
def _folder(package: str) -> str:
    return str(importlib.import_module(package).__path__[0])


def load_one(package: str, code: str, attribute: str, kind: type[T]) -> Plugin[T]:
    """The plugin `code` of `package`: the `attribute` of its module, which is of type `kind` and has that `code`.

    Raises PluginError for a module without it, and for a code that is not the file's.
    """
    module = importlib.import_module(f"{package}.{code.replace('-', '_')}")
    value = getattr(module, attribute, None)
    if not isinstance(value, kind):
        raise PluginError(f"{module.__name__}: no {attribute} of type {kind.__name__}")
    if getattr(value, "code", "") != code:
        raise PluginError(f"{module.__name__}: the code {getattr(value, 'code', '')!r} does not fit the file's name")
    return Plugin(code, value, module)


def load(package: str, attribute: str, kind: type[T]) -> Mapping[str, Plugin[T]]:
    """All plugins of `package` by code, in order of code.

    Raises PluginError as `load_one`, and for a docstring without its parts.
    """
    found = {code: load_one(package, code, attribute, kind) for code in codes(package)}
    for plugin in found.values():
        _ = plugin.doc
    return MappingProxyType(found)


@cache
def cached(package: str, attribute: str, kind: type[T]) -> Mapping[str, Plugin[T]]:
    """`load`, once in a process."""
    return load(package, attribute, kind)
