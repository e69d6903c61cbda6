"""The Jinja environment over templates/resources: [[ ]] and [% %] let Helm's braces through; unset names fail."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..data import data_path
from .expression import grouped, printed

if TYPE_CHECKING:
    import jinja2


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(data_path("templates") / "resources")),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["grouped"] = grouped
    environment.filters["printed"] = printed
    return environment


def resource(template: str, /, **terms: Any) -> str:
    """The Helm template text that templates/resources/`template`.j2 makes of `terms`; ends with one newline."""
    return _environment().get_template(f"{template}.j2").render(terms)


def indented(text: str, columns: int) -> str:
    """`text` moved right by `columns`, blank lines left empty."""
    return "".join(" " * columns + line if line.strip() else line for line in text.splitlines(keepends=True))
