"""`rolloutgen new controller [DIR]`."""

from __future__ import annotations

import click

from .questions import questions_option


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
    from ..scaffold.newcontroller import new_controller

    target = directory or "argo-rollouts"
    made, target = new_controller(target, answers=answers, data=data, ask=not defaults, config=config)
    click.echo(f"{target}: {len(made.files)} files")
    click.echo(f"  look at README.md, then: rolloutgen validate {target}")
