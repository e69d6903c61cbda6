"""The text of a rolloutgen.yaml: keys in their order, each with a remark behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import goyaml


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; `remark` stands behind it, `above` are comment lines before it. `off` is commented out."""

    at: tuple[str, ...]
    value: Any
    remark: str = ""
    above: tuple[str, ...] = ()
    off: bool = False


def text_of(entries: Iterable[Entry]) -> str:
    """The entries as YAML. Keys of one map must follow each other."""
    lines: list[str] = []
    opened: tuple[str, ...] = ()
    for entry in entries:
        if entry.off:
            lines += _off(entry)
            continue
        *parents, key = entry.at
        same = _common(opened, parents)
        opened = tuple(parents)
        lines += [f"{'  ' * depth}{_key(parents[depth])}:" for depth in range(same, len(parents))]
        pad = "  " * len(parents)
        lines += [f"{pad}# {line}" for line in entry.above]
        first, *rest = _dumped({key: entry.value}).splitlines()
        lines.append(pad + first + (f"  # {entry.remark}" if entry.remark else ""))
        lines += [pad + line for line in rest]
    return "".join(f"{line}\n" for line in lines)


def _off(entry: Entry) -> list[str]:
    """The entry with its parents, as comments at column 0, so that taking the marks off makes it hold."""
    nested = entry.value
    for key in reversed(entry.at):
        nested = {key: nested}
    first, *rest = _dumped(nested).splitlines()
    shown = [first, *rest]
    shown[-1] += f"  # {entry.remark}" if entry.remark else ""
    return [*(f"# {line}" for line in entry.above), *(f"# {line}" for line in shown)]


def _common(opened: Sequence[str], parents: Sequence[str]) -> int:
    count = 0
    for one, other in zip(opened, parents, strict=False):
        if one != other:
            break
        count += 1
    return count


def _key(name: str) -> str:
    return _dumped({name: 0}).rpartition(":")[0]


def _dumped(value: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, word: str) -> yaml.ScalarNode:
        style = None if word.isprintable() and _stays(word) else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", word, style=style)

    Dumper.add_representer(str, text)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, width=10**6, allow_unicode=True)


def _stays(word: str) -> bool:
    """Whether a plain scalar is read as this text again, by Go's rules, which are not PyYAML's."""
    try:
        return bool(goyaml.load(word) == word)
    except goyaml.YamlError:
        return False
