"""The packaged templates: their versions, questions and answers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from rolloutgen import goyaml
from rolloutgen.config.files import house_of, read_document, value_faults
from rolloutgen.config.options import settle
from rolloutgen.errors import UsageError
from rolloutgen.goyaml import line_at
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


_KINDS: Mapping[str, tuple[type, str]] = {
    "str": (str, "a text (in quotes where it looks like a number)"),
    "int": (int, "a whole number"),
    "bool": (bool, "true or false"),
}
# Keys of the answer `measures`, and what House calls them.
_MEASURES = {
    "interval": "interval",
    "minimumRequests": "minimum_requests",
    "successRate": "success_rate",
    "p99Milliseconds": "p99_milliseconds",
    "failureLimit": "failure_limit",
    "inconclusiveLimit": "inconclusive_limit",
    "count": "measurements",
}
# Answers that are parts of values.yaml as they stand, and where rolloutgen.yaml has the same: its schema speaks.
_AS_HOUSE: Mapping[str, tuple[str, ...]] = {
    "gateway_selector": ("gateway", "selector"),
    "monitor_labels": ("gateway", "selector"),  # labels as well
    "dns_targets": ("dns", "targets"),
    "measures": ("analysis",),
    "slack_triggers": ("slack", "triggers"),
    "steps": ("steps",),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, and the file and line that gave it; for one of the command line `path` is the option."""

    value: Any
    path: str
    line: int | None = None


def read_answers(path: str, template: ScaffoldTemplate) -> Mapping[str, Answer]:
    """The answers in a YAML file; keys that begin with _ (as in `.copier-answers.yml`) are copier's own.

    Raises UsageError with the line for a file that cannot be read, an unknown key, one that stands there
    twice, a value of a wrong kind.
    """
    body, node, twice = read_document(path, path)
    for line, what in twice:
        raise UsageError(what, path=path, line=line)
    if not isinstance(body, dict | None):
        raise UsageError("no answers: they stand there as KEY: VALUE", path=path, line=1)
    found = {
        str(key): Answer(value, path, line_at(node, (key,)))
        for key, value in (body or {}).items()
        if not str(key).startswith("_")
    }
    for key, answer in found.items():
        _check(key, answer, template)
    return found


def parse_data(pairs: Sequence[str], template: ScaffoldTemplate) -> Mapping[str, Answer]:
    """Answers given as KEY=VALUE. Raises UsageError for an unknown key or a value of a wrong kind."""
    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign:
            raise UsageError(f"--data {pair}: give KEY=VALUE")
        answer = Answer(value, f"--data {key}")
        _check(key, answer, template, known_only=True)
        if template.questions[key].kind != "str":
            answer = Answer(_parsed(value, answer), answer.path)
        _check(key, answer, template)
        found[key] = answer
    return found


def house_defaults(folder: str, config: str, template: ScaffoldTemplate) -> Mapping[str, Any]:
    """Default answers out of the house files that hold for `folder`, or of `config`, as the template calls them.

    Raises UsageError for a file that is missing or wrong.
    """
    chosen = house_of(os.path.abspath(folder), config).options()
    options = settle(chosen)
    house = options.house
    told: dict[str, Any] = {
        "gateway_selector": dict(house.gateway_selector),
        "gateway_namespace": house.gateway_namespace,
        "issuer_kind": house.issuer.get("kind", "Issuer" if house.issuer else "ClusterIssuer"),
        "issuer_group": house.issuer.get("group", ""),
        "dns_ttl": house.dns_ttl,
        "analysis_default": options.analysis or "none",
        "prometheus": house.prometheus,
        "measures": {name: getattr(house, field) for name, field in _MEASURES.items()},
        "slack": ", ".join(options.slack),
    }
    if house.issuer:
        told["issuer"] = house.issuer["name"]
    if house.dns_targets:
        told["dns_targets"] = ", ".join(house.dns_targets)
    if house.domain and house.serves:
        told["domain"] = house.domain
    if house.environments:
        told["environments"] = ", ".join(house.environments)
    if house.slack_triggers:
        told["slack_triggers"] = list(house.slack_triggers)
    if house.steps:
        told["steps"] = [dict(step) for step in house.steps]
    told.update((name, chosen[name]) for name in ("strategy", "router", "deployer", "values_key") if chosen.get(name))
    return {name: value for name, value in told.items() if name in template.questions}


def _check(key: str, answer: Answer, template: ScaffoldTemplate, *, known_only: bool = False) -> None:
    question = template.questions.get(key)
    if question is None or question.computed:
        open_ones = [name for name, asked in template.questions.items() if not asked.computed]
        near = get_close_matches(key, open_ones, 1, 0.6)
        hint = f"Did you mean {near[0]}?" if near else f"The keys are {', '.join(open_ones)}."
        raise UsageError(f"there is no question {key!r}", path=answer.path, line=answer.line, hint=hint)
    for fault in () if known_only else _faults(question, answer.value):
        raise UsageError(f"{key}: {fault}", path=answer.path, line=answer.line)


def _faults(question: Question, value: Any) -> Iterator[str]:
    kind, said = _KINDS.get(question.kind, (object, ""))
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{said} is wanted, not {value!r}"
    elif question.choices and value not in question.choices:
        near = get_close_matches(str(value), [str(choice) for choice in question.choices], 1, 0.6)
        one_of = f"one of {', '.join(map(str, question.choices))} is wanted, not {value!r}"
        yield f"{one_of}: did you mean {near[0]}?" if near else one_of
    elif question.name in _AS_HOUSE and (str(value).strip(", ") if kind is str else value):
        parts = [part.strip() for part in str(value).split(",") if part.strip()] if kind is str else value
        yield from value_faults(_AS_HOUSE[question.name], parts)


def _parsed(value: str, answer: Answer) -> Any:
    try:
        return goyaml.load(value)
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=answer.path) from None
