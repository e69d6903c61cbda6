"""The packaged templates: which versions there are, and what they ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rolloutgen.errors import UsageError
from rolloutgen.package_data import data_path

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Question:
    """One question of a template. `quiet` ones are answered by the house file, --data or their default, never asked;
    `computed` ones follow from the others and cannot be answered."""

    name: str
    kind: str
    about: str
    default: Any
    choices: tuple[Any, ...] = ()
    quiet: bool = False
    computed: bool = False


@dataclass(frozen=True)
class ScaffoldTemplate:
    """One version of a template."""

    name: str
    version: str
    folder: Path

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """What is asked, in order."""
        import yaml

        body = yaml.safe_load((self.folder / "copier.yml").read_text(encoding="utf-8"))
        quiet = body.get("_quiet", ())
        return {
            name: Question(
                name,
                told["type"],
                told.get("help", ""),
                told.get("default"),
                _choices(told),
                name in quiet,
                told.get("when") is False,
            )
            for name, told in body.items()
            if not name.startswith("_")
        }


def versions(name: str) -> tuple[str, ...]:
    """The versions of a template, the oldest first. Raises UsageError where there is no such template."""
    folder = data_path("templates") / name
    found = [one.name for one in folder.iterdir() if _VERSION.fullmatch(one.name)] if _is_name(folder) else []
    if not found:
        raise UsageError(f"this rolloutgen has no template {name!r}", hint="A newer one may have it.")
    return tuple(sorted(found, key=_order))


def template(name: str, version: str = "") -> ScaffoldTemplate:
    """One version of a template, the newest where none is named. Raises UsageError for one that is not packaged."""
    known = versions(name)
    if version and version not in known:
        newer = _VERSION.fullmatch(version) is not None and _order(version) > _order(known[-1])
        raise UsageError(
            f"this rolloutgen does not have version {version} of the template {name}",
            why=f"It has {', '.join(known)}.",
            hint="A newer rolloutgen made the chart: install that one." if newer else "",
        )
    chosen = version or known[-1]
    return ScaffoldTemplate(name, chosen, data_path(f"templates/{name}") / chosen)


def questionnaire(asked: ScaffoldTemplate) -> str:
    """Every question as a comment, its default below it, commented out: YAML that answers nothing yet."""
    import yaml

    parts = [f"# Answers for {asked.name} {asked.version}. Take the # off a line to answer otherwise.\n"]
    for question in asked.questions.values():
        if not question.computed:
            choices = f" ({', '.join(map(str, question.choices))})" if question.choices else ""
            body = yaml.safe_dump({question.name: question.default}, sort_keys=False, width=120)
            follows = isinstance(question.default, str) and ("[[" in question.default or "[%" in question.default)
            lines = f"{question.name}:\n" if question.default is None or follows else body  # from other answers
            parts.append(f"# {question.about}{choices}\n" + "".join(f"#{line}\n" for line in lines.splitlines()))
    return "\n".join(parts)


def _is_name(folder: Path) -> bool:
    return (
        re.fullmatch(r"[a-z]+", folder.name) is not None and folder.parent == data_path("templates") and folder.is_dir()
    )


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _choices(told: Mapping[str, Any]) -> tuple[Any, ...]:
    choices = told.get("choices") or ()
    return tuple(choices.values() if isinstance(choices, dict) else choices)
