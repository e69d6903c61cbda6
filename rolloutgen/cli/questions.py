"""`--questions` of `rolloutgen new ...`: what a template asks, as a file for --answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def questions_option(kind: str) -> Callable[[Any], Any]:
    """The option for the template `kind`; it prints and ends, whatever else the command wants."""

    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if not asked or ctx.resilient_parsing:
            return
        from ..scaffold.template import questionnaire, template

        click.echo(questionnaire(template(kind)), nl=False)
        ctx.exit()

    told = "Print all questions with their defaults, as a file for --answers."
    return click.option("--questions", is_flag=True, is_eager=True, expose_value=False, callback=show, help=told)
