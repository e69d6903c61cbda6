"""`rolloutgen new app NAME [DIR]`."""

from __future__ import annotations

import click

from .questions import questions_option


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
    from ..scaffold.newapp import new_app

    made, target = new_app(name, directory or name, answers=answers, data=data, ask=not defaults, config=config)
    click.echo(f"{target}: {len(made.files)} files")
    click.echo(f"  look at values.yaml, then: rolloutgen validate {target}")
