"""A template holds {{args.x}}, which Helm takes for its own.

Why: Helm knows no function args and refuses the whole chart; the braces are meant for Argo Rollouts.
Fix: Write {{ "{{args.x}}" }}.
Source: Go templates: function "args" not defined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.errors import ChartError
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Example, Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for path, source in view.sources.items():
        if "args." not in source or view.files.get(path) == source:
            continue  # what is rendered already, as manifests are, Helm does not read again
        from rolloutgen.gotemplate.lexer import lex  # which a release without such text does without
        from rolloutgen.text_edits import line_of

        try:
            actions = lex(source, path)
        except ChartError:
            continue  # Helm says what is wrong with such a template
        for action in actions:
            inner = action.inner.of(source).strip()
            if re.match(r"args\.\w", inner):
                message = f"Helm evaluates {{{{{inner}}}}}, which is meant for Argo Rollouts"
                yield Observation(None, (), message, path=path, line=line_of(source, action.span.start))


RULE = Rule(
    code="unescaped-args",
    severity="error",
    kinds=("*",),
    check=_faults,
    good=Example(sources={"templates/a.yaml": 'query: up{service="{{ `{{args.service}}` }}"}\n'}),
    bad=Example(sources={"templates/a.yaml": '# metrics\nquery: up{service="{{args.service}}"}\n'}),
)
