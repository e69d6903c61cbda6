"""A template and answers in, files out: the only module that knows copier.

A new directory out of a template, all or nothing.

The chart of a new app: its answers gathered, its directory made.

What installs the controller, as a new directory.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

from rolloutgen.chart.disk import DEFAULT_LIMITS, read_directory
from rolloutgen.chart.write import fill_new_directory, replace_files, write_into
from rolloutgen.errors import UsageError
from rolloutgen.goyaml import dumped
from rolloutgen.scaffold.template import Answer, ScaffoldTemplate, house_defaults, parse_data, read_answers, template

ANSWERS = ".copier-answers.yml"
# Copier would write where the template lies on this machine; this name means the same on every one.
SOURCE = "rolloutgen:"
# The answers that nobody chose: they follow rolloutgen.yaml.
FOLLOWS = "_from_house"
_HEAD = (
    "# What was answered to `rolloutgen new`. Keep it: `rolloutgen update` reads it, and changes answers by --data.\n"
)
_FAULT = re.compile(r"Validation error for question '(\w+)': (.*)", re.S)


@dataclass(frozen=True)
class Made:
    """The files of a rendered template by path, `.copier-answers.yml` among them, their modes, and all answers."""

    files: Mapping[str, bytes]
    modes: Mapping[str, int]
    answers: Mapping[str, Any]


def render(
    template: ScaffoldTemplate,
    given: Mapping[str, Answer],
    *,
    defaults: Mapping[str, Any] | None = None,
    ask: bool = False,
    follows: Sequence[str] | None = None,
) -> Made:
    """Renders a template in memory. `defaults` stand in for those of the template; `ask` prompts for what is left.

    `follows` are the answers that are to follow the house; None: all that are as `defaults` say and not `given`.

    Raises UsageError where an answer is refused, with the file and line that gave it, or is missing.
    """
    import copier

    told = {name: answer.value for name, answer in given.items()}
    if ask:
        told = {**_quiet(template, defaults or {}), **told}
    with TemporaryDirectory(prefix="rolloutgen-") as folder:
        target = os.path.join(folder, "made")
        try:
            with copier.run_copy(
                str(template.folder),
                target,
                data=told,
                user_defaults=dict(defaults or {}),
                defaults=not ask,
                settings=copier.Settings(),  # those of the user's home would make a chart another one elsewhere
                quiet=True,
            ) as worker:
                combined = worker.answers.combined
        except ValueError as fault:
            raise _refused(str(fault), given, template) from None
        except KeyboardInterrupt:
            raise UsageError("interrupted; nothing is written") from None
        answers = {name: _plain(combined[name]) for name, asked in template.questions.items() if not asked.computed}
        files, modes = read_directory(target, DEFAULT_LIMITS)
    if follows is None:
        follows = [key for key, value in (defaults or {}).items() if key not in given and answers.get(key) == value]
    files[ANSWERS] = answers_file(template, answers, follows)
    return Made(dict(sorted(files.items())), modes, answers)


def answers_file(template: ScaffoldTemplate, answers: Mapping[str, Any], follows: Sequence[str] = ()) -> bytes:
    """`.copier-answers.yml`: the template by name and version, every answer, also of questions that fell away, and
    which of them follow the house.

    So the same version gives the same files from it on every machine.
    """
    body = {"_src_path": f"{SOURCE}{template.name}", "_commit": template.version, **answers}
    if follows:
        body[FOLLOWS] = sorted(follows)
    return (_HEAD + dumped(body, width=120)).encode()


def unanswered(template: ScaffoldTemplate, given: Mapping[str, Answer]) -> tuple[str, ...]:
    """The questions that would be asked."""
    return tuple(name for name, q in template.questions.items() if not (q.quiet or q.computed or name in given))


def may_ask() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _quiet(template: ScaffoldTemplate, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: defaults.get(name, question.default) for name, question in template.questions.items() if question.quiet
    }


def _refused(said: str, given: Mapping[str, Answer], template: ScaffoldTemplate) -> UsageError:
    missing = re.fullmatch(r'Question "(\w+)" is required', said)
    if missing:
        name = missing[1]
        return UsageError(
            f"{name}: an answer is needed", why=template.questions[name].about, hint=f"Give it by --data {name}=..."
        )
    match = _FAULT.fullmatch(said)
    name, why = (match[1], " ".join(match[2].split())) if match else ("", said)
    answer = given.get(name)
    if answer is None:
        return UsageError(f"{name}: {why}" if name else why, hint=f"Give it by --data {name}=..." if name else "")
    return UsageError(f"{name}: {why}, not {answer.value!r}", path=answer.path, line=answer.line)


def _plain(value: Any) -> Any:
    """Copies, so that equal parts are not written as YAML anchors; tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def refuse_if_taken(target: str) -> None:
    """Raises UsageError where something lies at `target` already: nothing of it is ever written over."""
    if os.path.islink(target) or (os.path.exists(target) and not os.path.isdir(target)):
        raise UsageError("something else has that name", path=target, hint="Name another directory.")
    if os.path.isdir(target) and (lies := sorted(os.listdir(target))):
        raise UsageError(
            "the directory is not empty",
            path=target,
            why=f"It holds {', '.join(lies[:3])}{' and more' if len(lies) > 3 else ''}.",
            hint="Name a new directory, or empty it; `rolloutgen update` brings a chart to the newest template.",
        )


def create(made: Made, target: str) -> None:
    """Writes the files as the new directory `target`, which is renamed into place. Raises UsageError, ChartError."""
    refuse_if_taken(target)
    if os.path.isdir(target):  # somebody may stand in it: it stays the same directory
        replace_files(target, {}, made.files, made.modes)
        return
    with fill_new_directory(target) as fresh:
        write_into(fresh, made.files, made.modes)


def new_app(
    name: str, target: str, *, answers: str | None = None, data: Sequence[str] = (), ask: bool = True, config: str = ""
) -> tuple[Made, str]:
    """Makes the chart `name` as the directory `target`, and returns what was made and where.

    `answers` is a file, `data` holds KEY=VALUE, the house files (those above `target`, or `config`) give defaults;
    `ask` prompts for the rest. Raises UsageError for what is wrong with any of them, with nothing written.
    """
    return new_directory("app", target, {"name": name}, answers=answers, data=data, ask=ask, config=config)


def new_directory(
    kind: str,
    target: str,
    fixed: Mapping[str, str],
    *,
    answers: str | None,
    data: Sequence[str],
    ask: bool,
    config: str,
) -> tuple[Made, str]:
    """Makes the directory `target` out of the template `kind`; `fixed` answers are those of the command line's
    arguments. Everything else as `new_app`."""
    newest = template(kind)
    refuse_if_taken(target)
    given = {**(read_answers(answers, newest) if answers else {}), **parse_data(data, newest)}
    for key, value in fixed.items():
        if key in given and given[key].value != value:
            said = given[key]
            what = f"the {kind} is called {value} here, and {said.value} there"
            hint = f"Take {key} out there, and look at what else is only the other's." if said.line else ""
            raise UsageError(what, path=said.path, line=said.line, hint=hint)
        given[key] = Answer(value, key.upper())
    defaults = house_defaults(os.path.dirname(os.path.abspath(target)), config, newest)
    left = unanswered(newest, given)
    if ask and left and not may_ask():
        raise UsageError(
            f"nobody can be asked: {', '.join(left)}",
            why="This is no terminal.",
            hint="--defaults takes the defaults; --data KEY=VALUE or --answers FILE answer.",
        )
    made = render(newest, given, defaults=defaults, ask=ask and bool(left))
    create(made, target)
    return made, target


def new_controller(
    target: str, *, answers: str | None = None, data: Sequence[str] = (), ask: bool = True, config: str = ""
) -> tuple[Made, str]:
    """Makes manifests, helmfile, values and Applications as the directory `target`; everything else as `new_app`."""
    return new_directory("controller", target, {}, answers=answers, data=data, ask=ask, config=config)
