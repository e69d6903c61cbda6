"""Names as expressions that hold at any file's root: what an object's place knows is resolved, or put in a define."""

from __future__ import annotations

import re

from ..source.dictcalls import told_text
from ..source.draft import Define
from ..source.expression import expression, free_variables, printed, reads_dot
from ..source.objectname import name_of
from ..source.scope import Scope, has_root_only, root_symbol, site_scope, sole_call, variables
from ..source.sources import Site, Sources

WORD = re.compile(r'"([\w.-]*\w)"')


def closed_code(code: str, scope: Scope, sources: Sources) -> str | None:
    """`code` so that it may stand at any file's root, None when it needs its surroundings."""
    root = root_symbol(scope, sources)
    if free_variables(code) or root is None:
        return None
    if not has_root_only(scope, sources):
        given = sole_call(scope, sources)
        text = told_text(printed(code), given) if given and not root.startswith("$") else None
        return expression(text) if text else None
    if root == "." or not reads_dot(code):
        return re.sub(r"\$(?=\.|\s|\)|$)", lambda m: "" if code[m.end() : m.end() + 1] == "." else ".", code)
    return None


def name_anywhere(site: Site, sources: Sources, define: str, about: str) -> tuple[str | None, tuple[Define, ...]]:
    """An expression of an object's name that holds at any file's root, with the define that it may need; None when its
    name cannot be read outside its place."""
    code = name_of(site)
    if code is None:
        return None, ()
    scope = site_scope(site)
    closed = closed_code(code, scope, sources)
    if closed is not None:
        return closed, ()
    body = define_body(code, scope, sources)
    return (None, ()) if body is None else (f'include "{define}" .', (Define(define, body, about),))


def define_body(code: str, scope: Scope, sources: Sources, suffix: str = "", text: str = "") -> str | None:
    """The body of a define that yields `code` and `suffix` when it is called with the root; None where it cannot.
    `text`, where it is given, says the same as `code` and is printed."""
    root = root_symbol(scope, sources)
    if scope.ranged or root is None:
        return None
    if not has_root_only(scope, sources):
        closed = None if text else closed_code(code, scope, sources)
        return printed(closed) + suffix if closed else None
    withs = [(block, branch) for block, branch in scope.blocks if block.keyword == "with"] if reads_dot(code) else []
    opening = [block.openers[branch].span.of(scope.source.text) for block, branch in withs]
    prelude = variables(scope, free_variables(code + "".join(opening)), code)
    if prelude is None or any(branch for _, branch in withs):
        return None
    lines = [*(line.removesuffix(" }}") + " -}}" for line in prelude)]
    lines += ["{{- " + head.strip("{}").strip("- ").strip() + " -}}" for head in opening]
    word = WORD.fullmatch(code)
    lines += [(text or (word[1] if word else f"{{{{ {code} }}}}")) + suffix, *("{{- end -}}" for _ in opening)]
    return "\n".join(lines)
