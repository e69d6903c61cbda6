"""`rolloutgen new ...`: the group of what can be made new. A further one is a line in COMMANDS and a module here.

`--questions` of `rolloutgen new ...`: what a template asks, as a file for --answers.

`rolloutgen new app NAME [DIR]`.

`rolloutgen new controller [DIR]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from rolloutgen.cli.group import LazyGroup, Table
from rolloutgen.cli.options import config_option, is_quiet

COMMANDS: Table = {
    "app": ("new", "app", "Create a chart for a new application."),
    "controller": ("new", "controller", "Create the files that install Argo Rollouts."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def new() -> None:
    """Create files from the templates of rolloutgen.

    The answers are kept in `.copier-answers.yml`; `rolloutgen update` updates the files to the latest template version.
    """


def questions_option(kind: str) -> Callable[[Any], Any]:
    """The option for the template `kind`; it prints and ends, whatever else the command wants."""

    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if not asked or ctx.resilient_parsing:
            return
        from rolloutgen.scaffold.template import questionnaire, template

        click.echo(questionnaire(template(kind)), nl=False)
        ctx.exit()

    about = "Print all questions with their defaults, as a file for --answers."
    return click.option("--questions", is_flag=True, is_eager=True, expose_value=False, callback=show, help=about)


@click.command("app", no_args_is_help=True)
@click.argument("name")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path())
@click.option("--answers", metavar="FILE", type=click.Path(), help="Answers as YAML; --questions prints a template.")
@click.option("--data", multiple=True, metavar="K=V", help="One answer; overrides the file.")
@click.option("--defaults", is_flag=True, help="Ask nothing; use the default for questions without an answer.")
@questions_option("app")
@config_option
def app(
    name: str, directory: str | None, answers: str | None, data: tuple[str, ...], defaults: bool, config: str
) -> None:
    """Create a chart for a new application in the new directory DIR.  [./NAME]

    The chart has a Rollout with Services, gateways, certificates, DNS, an autoscaler and tests; its values are
    commented and have a schema. Defaults come from the nearest rolloutgen.yaml. Without --defaults, questions without
    an answer are asked.
    """
    from rolloutgen.scaffold.create import new_app

    made, target = new_app(name, directory or name, answers=answers, data=data, ask=not defaults, config=config)
    if not is_quiet():
        click.echo(f"{target}: {len(made.files)} files")
        click.echo(f"  next: edit values.yaml, then run: rolloutgen validate {target}")


@click.command("controller")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path())
@click.option("--answers", metavar="FILE", type=click.Path(), help="Answers as YAML; --questions prints a template.")
@click.option("--data", multiple=True, metavar="K=V", help="One answer; overrides the file.")
@click.option("--defaults", is_flag=True, help="Ask nothing; use the default for questions without an answer.")
@questions_option("controller")
@config_option
def controller(directory: str | None, answers: str | None, data: tuple[str, ...], defaults: bool, config: str) -> None:
    """Create the files that install Argo Rollouts in the new directory DIR.  [./argo-rollouts]

    They contain the namespace, the chart repository, values and a helmfile release for each environment, Slack
    notifications, and Applications for Argo CD. Defaults come from the nearest rolloutgen.yaml. Without --defaults,
    questions without an answer are asked.
    """
    from rolloutgen.scaffold.create import new_controller

    target = directory or "argo-rollouts"
    made, target = new_controller(target, answers=answers, data=data, ask=not defaults, config=config)
    if not is_quiet():
        click.echo(f"{target}: {len(made.files)} files")
        click.echo(f"  next: read README.md, then run: rolloutgen validate {target}")
