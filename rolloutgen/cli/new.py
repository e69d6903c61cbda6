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

COMMANDS: Table = {
    "app": ("new", "app", "Make the chart of a new app."),
    "controller": ("new", "controller", "Make what installs the Argo Rollouts controller."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def new() -> None:
    """Make something new from the templates that come with rolloutgen.

    What was answered is kept in `.copier-answers.yml`; `rolloutgen update` brings later versions of a template.
    """


def questions_option(kind: str) -> Callable[[Any], Any]:
    """The option for the template `kind`; it prints and ends, whatever else the command wants."""

    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if not asked or ctx.resilient_parsing:
            return
        from rolloutgen.scaffold.template import questionnaire, template

        click.echo(questionnaire(template(kind)), nl=False)
        ctx.exit()

    told = "Print all questions with their defaults, as a file for --answers."
    return click.option("--questions", is_flag=True, is_eager=True, expose_value=False, callback=show, help=told)


@click.command("app", no_args_is_help=True)
@click.argument("name")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path())
@click.option("--answers", metavar="FILE", type=click.Path(), help="Answers as YAML; --questions prints such a file.")
@click.option("--data", multiple=True, metavar="K=V", help="One answer; wins over the file.")
@click.option("--defaults", is_flag=True, help="Ask nothing: the default wherever no answer is given.")
@questions_option("app")
@click.option("--config", default="", metavar="FILE", type=click.Path(), help="The house file.  [the nearest]")
def app(
    name: str, directory: str | None, answers: str | None, data: tuple[str, ...], defaults: bool, config: str
) -> None:
    """Make the chart of a new app in DIR, a new directory.  [./NAME]

    Its workload is a Rollout, with Services, gateways, certificates, DNS, autoscaler and tests; its values are
    commented and have a schema. Defaults come from the nearest rolloutgen.yaml. Without --defaults, what no answer is
    given for is asked.
    """
    from rolloutgen.scaffold.create import new_app

    made, target = new_app(name, directory or name, answers=answers, data=data, ask=not defaults, config=config)
    click.echo(f"{target}: {len(made.files)} files")
    click.echo(f"  look at values.yaml, then: rolloutgen validate {target}")


@click.command("controller")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path())
@click.option("--answers", metavar="FILE", type=click.Path(), help="Answers as YAML; --questions prints such a file.")
@click.option("--data", multiple=True, metavar="K=V", help="One answer; wins over the file.")
@click.option("--defaults", is_flag=True, help="Ask nothing: the default wherever no answer is given.")
@questions_option("controller")
@click.option("--config", default="", metavar="FILE", type=click.Path(), help="The house file.  [the nearest]")
def controller(directory: str | None, answers: str | None, data: tuple[str, ...], defaults: bool, config: str) -> None:
    """Make what installs the Argo Rollouts controller in DIR, a new directory.  [./argo-rollouts]

    The namespace, the chart's repository, values and helmfile release for each environment, Slack notifications, and
    Applications for Argo CD. Defaults come from the nearest rolloutgen.yaml. Without --defaults, what no answer is
    given for is asked.
    """
    from rolloutgen.scaffold.create import new_controller

    target = directory or "argo-rollouts"
    made, target = new_controller(target, answers=answers, data=data, ask=not defaults, config=config)
    click.echo(f"{target}: {len(made.files)} files")
    click.echo(f"  look at README.md, then: rolloutgen validate {target}")
