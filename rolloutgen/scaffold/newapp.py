"""The chart of a new app: its answers gathered, its directory made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ..errors import UsageError
from .answers import Answer, house_defaults, parse_data, read_answers
from .create import create, refuse_if_taken
from .render import Made, may_ask, render, unanswered
from .template import template


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
