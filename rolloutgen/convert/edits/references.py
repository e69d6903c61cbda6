"""Where templates name the old Service: route backends, and addresses in env, args, ConfigMaps, tests and NOTES.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.convert.edits.referrers import Referrer
from rolloutgen.convert.edits.service_name_usages import Name, holders, renamed
from rolloutgen.gotemplate.blockify import find_deep, unfolded
from rolloutgen.gotemplate.clauses import clauses_in, read_clause
from rolloutgen.gotemplate.conditions import code_of
from rolloutgen.gotemplate.expressions import DOT, Expr, parse, printf_texts
from rolloutgen.gotemplate.lexer import CONTROL, Action
from rolloutgen.gotemplate.outline import Node, walk
from rolloutgen.gotemplate.scope import root_symbol, scope_at
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.gotemplate.template_text import find_pieces, pieces_of
from rolloutgen.kube.references import Field
from rolloutgen.kube.release import SERVICE
from rolloutgen.text_edits import Edit, Span

REASON = "service-reference"
# What a route has that is made of the Service's name at times and names no Service.
_NO_BACKEND = frozenset(
    {"host", "hosts", "hostnames", "ingressClassName", "match", "matches", "parentRefs", "secretName", "tls"}
)
_BEFORE = re.compile(r"(?:://(?:[^\s\"']*@)?|(?:^|[\s\"'=,(\[])(?:svc|services?)[/ ]+(?:-\S+ +)*)$")
_BEFORE_NOTES = re.compile(r"(?:svc|services?)[/ ](?:[^\n]*\s)?$")
_AFTER = re.compile(r":(?:\d|\{\{|\$)|\.(?:svc\b|\{\{-?\s*[^}]*amespace)")
_PRINTED_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://%[sv](?:$|[:/.])|%[sv](?::(?:\d|%)|\.%[sv]\.svc|\.svc)")
_URL_END = re.compile(r"$|[/:\s\"'?#\\,;)\]]|\.(?:svc\b|\{\{-?\s*[^}]*amespace)")


@dataclass(frozen=True, slots=True)
class BackendEdit(Edit):
    """An edit of a backend that values name: `expression` yields the name, and for `old` it is `stable` instead."""

    expression: Expr
    old: Expr
    stable: Expr
    quote: str


def together(items: Sequence[Item]) -> Iterator[Item]:
    """`items` with one edit for each backend that values may point at the Service of several workloads."""
    chosen: dict[tuple[str, Span], list[BackendEdit]] = {}
    for item in items:
        if isinstance(item, EditFile) and isinstance(item.edit, BackendEdit):
            chosen.setdefault((item.path, item.edit.span), []).append(item.edit)
    for item in items:
        edits = chosen.get((item.path, item.edit.span), []) if isinstance(item, EditFile) else []
        if isinstance(item, EditFile) and len(edits) > 1 and item.edit in edits:
            if item.edit is edits[0]:
                yield EditFile(item.path, replace(item.edit, new=_one_of(edits)))
            continue
        yield item


def _one_of(edits: Sequence[BackendEdit]) -> str:
    names = " ".join(f"{edit.old.as_argument()} {edit.stable.as_argument()}" for edit in edits)
    code, quote = edits[0].expression.as_argument(), edits[0].quote
    return f"{quote}{{{{ get (dict {names}) (toString {code}) | default {code} }}}}{quote}"


def rename_references(
    name: Name, sources: Sources, named_in: Sequence[Referrer], others: Sequence[Expr]
) -> Iterator[Item]:
    """The edits of every sure reference. `named_in` are the documents that name the Service, or may; `others` the
    expressions of names that other Services have."""
    seen = {(path, position) for path, span in name.skipped for position in range(span.start, span.end)}
    for referrer in named_in:
        for item in (*_hosts(name, referrer, sources), *_backends(name, referrer, sources, others)):
            if (item.path, item.edit.span.start) not in seen:
                seen.update((item.path, position) for position in range(item.edit.span.start, item.edit.span.end))
                yield item
    for source in sources.files.values():
        for item in _addresses(name, source, sources):
            if (item.path, item.edit.span.start) not in seen:
                seen.update((item.path, position) for position in range(item.edit.span.start, item.edit.span.end))
                yield item


def _places(name: Name, source: Source) -> Iterator[tuple[Span, Action, bool]]:
    """Where the name's expression stands: (span, action, whole action?), variables that hold it included."""
    variables: set[str] = set()

    def wanted(code: Expr) -> bool:
        return name.is_meant_by(code) or (code.kind == "variable" and code.text in variables)

    for action in source.template.actions:
        clause = read_clause(action.inner.of(source.text))
        if action.keyword == "assign":
            if len(clause.variables) == 1 and name.is_meant_by(clause.expr):
                variables.add(clause.variables[0].removeprefix("$"))
            continue
        if action.keyword in CONTROL:
            continue
        if wanted(_unquoted(clause.expr)):
            yield action.span, action, True
            continue
        start = action.inner.start + clause.start
        for span in clause.expr.occurrences(wanted):
            yield Span(start + span.start, start + span.end), action, False


def _unquoted(code: Expr) -> Expr:
    """An expression without `| quote` behind it."""
    return code.parts[0] if _is_quoted(code) else code


def _is_quoted(code: Expr) -> bool:
    return code.is_call("quote", "squote") and code.piped and len(code.parts) == 1


def _stable(name: Name, source: Source, offset: int, sources: Sources) -> Expr | None:
    scope = scope_at(source, offset)
    if name.terms.local:
        return None
    root = root_symbol(scope, sources)
    return None if root is None else name.terms.at(name.terms.stable, root)


def _edit(name: Name, source: Source, span: Span, action: Action, whole: bool, sources: Sources) -> EditFile | None:
    code = _stable(name, source, span.start, sources)
    if code is None:
        return None
    if not whole:
        before = source.text[action.inner.start : span.start].rstrip()
        lone = not before or before.endswith(("(", "|"))
        return EditFile(source.path, Edit(span, code.render() if lone else code.as_argument(), REASON))
    old = read_clause(action.inner.of(source.text)).expr
    quoted = f" | {old.text}" if _is_quoted(old) else ""
    lead, trail = ("- " if action.trim_left else " "), (" -" if action.trim_right else " ")
    return EditFile(source.path, Edit(span, f"{{{{{lead}{code}{quoted}{trail}}}}}", REASON))


def _addresses(name: Name, source: Source, sources: Sources) -> Iterator[EditFile]:
    notes = source.path.endswith("NOTES.txt")
    for span, action, whole in _places(name, source):
        if whole:
            start = source.text.rfind("\n", 0, span.start) + 1
            before, after = source.text[start : span.start], source.text[span.end : span.end + 200].split("\n")[0]
            if _is_address(before, after) or (
                notes and _BEFORE_NOTES.search(before) and not after.startswith((".", "-"))
            ):
                edit = _edit(name, source, span, action, True, sources)
                if edit:
                    yield edit
        elif _printed_address(source, span, action):
            edit = _edit(name, source, span, action, False, sources)
            if edit:
                yield edit
    if name.is_composite():
        yield from _composite(name, source, sources)


def _composite(name: Name, source: Source, sources: Sources) -> Iterator[EditFile]:
    """A name written as text around actions, such as `{{ .Release.Name }}-web`."""
    for span in find_pieces(source.text, source.template.actions, pieces_of(name.text)):
        start = source.text.rfind("\n", 0, span.start) + 1
        before, after = source.text[start : span.start], source.text[span.end : span.end + 200].split("\n")[0]
        if _is_address(before, after):
            code = _stable(name, source, span.start, sources)
            if code:
                yield EditFile(source.path, Edit(span, f"{{{{ {code} }}}}", REASON))


def _is_address(before: str, after: str) -> bool:
    if _BEFORE.search(before):
        return bool(_URL_END.match(after))
    if re.search(r"[\w./$%-]$|\}\}$", before) or re.search(r"(?:image|name):\s*[\"']?$", before):
        return False
    if before.endswith("@") and not re.match(r":\d", after):
        return False  # a login of that name, not an address
    return bool(_AFTER.match(after))


def _printed_address(source: Source, span: Span, action: Action) -> bool:
    """Whether a printf in the action puts the name where an address stands."""
    clause = read_clause(action.inner.of(source.text))
    start = action.inner.start + clause.start
    printfs = [node for node in clause.expr.nodes() if node.is_call("printf") and len(node.parts) > 1]
    if len(printfs) != 1:
        return False
    form, first = printfs[0].parts[:2]
    return (
        form.kind == "text"
        and bool(_PRINTED_ADDRESS.match(form.text))
        and (start + first.span.start, start + first.span.end) == (span.start, span.end)
    )


def _hosts(name: Name, referrer: Referrer, sources: Sources) -> Iterator[EditFile]:
    """The edits of the fields that hold a host of the Service, or `namespace/host`."""
    source = referrer.site.source
    for field, node in _fields(referrer):
        value = node.value.of(source.text).strip()
        quote = value[:1] if value[:1] in "\"'" and value[-1:] == value[:1] else ""
        home, slash, host = "", "", value.strip("\"'")
        if field.form == "ns/host":
            home, slash, host = host.partition("/")
            if not (slash and (home in (".", "*") or "amespace" in home)):
                continue
        elif field.form != "host":
            continue
        stable = _stable(name, source, node.value.start, sources)
        new = renamed(host, name, stable) if stable else None
        if new is not None:
            yield EditFile(source.path, Edit(node.value, f"{quote}{home}{slash}{new}{quote}", REASON))


def _fields(referrer: Referrer) -> list[tuple[Field, Node]]:
    """The fields of a document that name a Service, in the order of the text."""
    text = referrer.site.source.text
    found: dict[int, tuple[Field, Node]] = {}
    for field in referrer.fields:
        for parent in find_deep(referrer.site.document.nodes, field.shape[:-1], text):
            if _names_a_service(field, parent, text):
                found.update((node.start, (field, node)) for node in parent.children if node.key == field.shape[-1])
    return [found[start] for start in sorted(found)]


def _names_a_service(field: Field, parent: Node, text: str) -> bool:
    """Whether what stands beside a field lets it name a Service: the kind, the group, a port."""
    beside: dict[str, list[str]] = {}
    for node in parent.children:
        beside.setdefault(node.key, []).append(node.value.of(text).strip().strip("\"'"))
        if node.key == "port":
            beside["port"] += [child.value.of(text).strip().strip("\"'") for child in unfolded(node, text).children]
    if "use-annotation" in (*beside.get("port", ()), *beside.get("servicePort", ())):
        return False
    if not field.typed:
        return True
    kinds = beside.get("kind", ["Service"] if field.names == SERVICE else [])
    groups = beside.get("group", [""])
    return any(kind == "Service" or "{{" in kind for kind in kinds) and any(not g or "{{" in g for g in groups)


def _backends(name: Name, referrer: Referrer, sources: Sources, others: Sequence[Expr]) -> Iterator[EditFile]:
    """The edits of the fields that hold the Service's name alone; of a document that no render shows only of those that
    are the name as it is written at the Service."""
    site, sure = referrer.site, not referrer.sure
    source = site.source
    values = [node for field, node in _fields(referrer) if not field.form.endswith("host")]
    done: list[Span] = []
    for node in values:
        code = code_of(node.value.of(source.text))
        stable = _stable(name, source, node.value.start, sources)
        if code is None or stable is None:
            continue
        root = root_symbol(scope_at(source, node.value.start), sources) or DOT
        said = _resolved(source, code)
        same = name.is_meant_by(said) or code in holders(name, source)
        if not same and (sure or said.equivalent(*others) or all(_differs(said, mine) for mine in name.codes)):
            continue
        old = name.terms.at(name.codes[0], root)
        given, yes = code.as_argument(), stable.as_argument()
        new = stable if same else parse(f"ternary {yes} {given} (eq (toString {given}) {old.as_argument()})")
        text = node.value.of(source.text)
        quote = text[0] if text[:1] in "\"'" and text[-1:] == text[:1] else ""
        done.append(node.value)
        printed = f"{quote}{{{{ {new} }}}}{quote}"
        chosen = BackendEdit(node.value, printed, REASON, code, old, stable, quote)
        yield EditFile(source.path, Edit(node.value, printed, REASON) if same else chosen)
    spec = [node for node in site.document.nodes if node.key == "spec"]
    done += [node.value for path, node in walk(site.document.nodes) if _NO_BACKEND.intersection(path)]
    for span, action, whole in () if sure else _places(name, source):
        if whole or not any(node.span.covers(span) for node in spec) or any(value.covers(span) for value in done):
            continue
        edit = _edit(name, source, span, action, False, sources)
        if edit:
            yield edit


def _resolved(source: Source, code: Expr) -> Expr:
    """`code` with each variable that the file sets once, and to what needs no other, replaced by what it is set to."""
    for variable in code.free_variables():
        settings = [clause for clause in clauses_in(source.text) if f"${variable}" in clause.variables]
        plain = len(settings) == 1 and settings[0].declares and not settings[0].keyword
        if not plain or len(settings[0].variables) > 1 or settings[0].expr.free_variables():
            return code
        code = code.substitute(variable, settings[0].expr)
    return code.unwrap()


def _differs(one: Expr, other: Expr) -> bool:
    """Whether two names can never be equal: the same text with another ending each."""
    first, second = printf_texts(one), printf_texts(other)
    if first is None or second is None or (len(first), len(second)) != (2, 2) or first[0] or second[0]:
        return False
    return first[1] != second[1] and one.parts[1].equivalent(other.parts[1])
