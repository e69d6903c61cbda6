"""Where templates name the old Service: route backends, and addresses in env, args, ConfigMaps, tests and NOTES.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.convert.edits.referrers import Referrer
from rolloutgen.convert.edits.service_name_usages import Name, any_of, holders, pattern_of, renamed
from rolloutgen.gotemplate.blockify import find_deep, unfolded
from rolloutgen.gotemplate.conditions import code_of
from rolloutgen.gotemplate.expressions import free_variables, grouped, unwrapped
from rolloutgen.gotemplate.lexer import CONTROL, Action
from rolloutgen.gotemplate.outline import Node, walk
from rolloutgen.gotemplate.scope import root_symbol, scope_at
from rolloutgen.gotemplate.sources import Source, Sources
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
_URL_END = re.compile(r"$|[/:\s\"'?#\\,;)\]]|\.(?:svc\b|\{\{-?\s*[^}]*amespace)")


@dataclass(frozen=True, slots=True)
class BackendEdit(Edit):
    """An edit of a backend that values name: `expression` yields the name, and for `old` it is `stable` instead."""

    expression: str
    old: str
    stable: str
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
    names = " ".join(f"{grouped(edit.old)} {grouped(edit.stable)}" for edit in edits)
    code, quote = grouped(edits[0].expression), edits[0].quote
    return f"{quote}{{{{ get (dict {names}) (toString {code}) | default {code} }}}}{quote}"


def rename_references(
    name: Name, sources: Sources, named_in: Sequence[Referrer], others: Sequence[str]
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
    pattern = any_of(name)
    variables: set[str] = set()
    for action in source.template.actions:
        inner = action.inner.of(source.text)
        assigned = re.match(r"\s*\$(\w+)\s*:?=\s*(.*?)\s*$", inner, re.DOTALL)
        if assigned:
            if pattern.fullmatch(unwrapped(assigned[2])):
                variables.add(assigned[1])
            continue
        if action.keyword in CONTROL:
            continue
        bare = inner.strip()
        lone = re.sub(r"\s*\|\s*s?quote$", "", bare)
        if pattern.fullmatch(lone) or (lone[:1] == "$" and lone[1:] in variables):
            yield action.span, action, True
            continue
        spans = [*pattern.finditer(inner)]
        spans += [m for variable in variables for m in re.finditer(rf"(?<![\w.$])\${variable}(?![\w.])", inner)]
        for match in spans:
            yield Span(action.inner.start + match.start(), action.inner.start + match.end()), action, False


def _stable(name: Name, source: Source, offset: int, sources: Sources) -> str | None:
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
        lone = before in ("", "(") or before.endswith("|")
        return EditFile(source.path, Edit(span, code if lone or before.endswith("(") else grouped(code), REASON))
    inner = action.inner.of(source.text)
    quoted = re.search(r"\s*\|\s*s?quote\s*$", inner)
    lead, trail = ("- " if action.trim_left else " "), (" -" if action.trim_right else " ")
    return EditFile(
        source.path, Edit(span, f"{{{{{lead}{code}{quoted[0].rstrip() if quoted else ''}{trail}}}}}", REASON)
    )


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
    if (
        ("{{" in name.text and not name.text.startswith("{{"))
        or name.text.count("{{") != 1
        or not name.text.endswith("}}")
    ):
        yield from _composite(name, source, sources)


def _composite(name: Name, source: Source, sources: Sources) -> Iterator[EditFile]:
    """A name written as text around actions, such as `{{ .Release.Name }}-web`."""
    pieces = [
        rf"\{{\{{-?\s*{pattern_of(piece.strip('-').strip()).pattern}\s*-?\}}\}}" if index % 2 else re.escape(piece)
        for index, piece in enumerate(re.split(r"\{\{(.*?)\}\}", name.text))
    ]
    for match in re.finditer("".join(pieces), source.text):
        if any(action.span.start < match.start() < action.span.end for action in source.template.actions):
            continue  # within the code of an action braces mean nothing
        start = source.text.rfind("\n", 0, match.start()) + 1
        before, after = source.text[start : match.start()], source.text[match.end() : match.end() + 200].split("\n")[0]
        if _is_address(before, after):
            code = _stable(name, source, match.start(), sources)
            if code:
                yield EditFile(source.path, Edit(Span(match.start(), match.end()), f"{{{{ {code} }}}}", REASON))


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
    inner = source.text[action.inner.start : action.inner.end]
    if not re.search(r"\bprintf\b", inner):
        return False
    formats = re.findall(r"printf\s+[\"`]([^\"`]*)[\"`]", inner)
    return (
        len(formats) == 1
        and bool(re.match(r"[a-z][a-z0-9+.-]*://%[sv](?:$|[:/.])|%[sv](?::(?:\d|%)|\.%[sv]\.svc|\.svc)", formats[0]))
        and inner[: span.start - action.inner.start].rstrip().endswith((formats[0] + '"', formats[0] + '" ('))
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


def _backends(name: Name, referrer: Referrer, sources: Sources, others: Sequence[str]) -> Iterator[EditFile]:
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
        lone = code.strip()
        root = root_symbol(scope_at(source, node.value.start), sources) or "."
        said = _forms(_resolved(source, lone))
        same = any(any_of(name).fullmatch(form) for form in said) or lone in holders(name, source)
        if not same and any(pattern_of(other).fullmatch(form) for other in others for form in said):
            continue
        if not same and sure:
            continue
        if not same and all(_differs(said[-1], mine) for mine in name.codes):
            continue
        old = name.terms.at(name.codes[0], root)
        given = grouped(lone)
        new = stable if same else f"ternary {grouped(stable)} {given} (eq (toString {given}) {grouped(old)})"
        text = node.value.of(source.text)
        quote = text[0] if text[:1] in "\"'" and text[-1:] == text[:1] else ""
        done.append(node.value)
        printed = f"{quote}{{{{ {new} }}}}{quote}"
        chosen = BackendEdit(node.value, printed, REASON, lone, old, stable, quote)
        yield EditFile(source.path, Edit(node.value, printed, REASON) if same else chosen)
    spec = [node for node in site.document.nodes if node.key == "spec"]
    done += [node.value for path, node in walk(site.document.nodes) if _NO_BACKEND.intersection(path)]
    for span, action, whole in () if sure else _places(name, source):
        if whole or not any(node.span.covers(span) for node in spec) or any(value.covers(span) for value in done):
            continue
        edit = _edit(name, source, span, action, False, sources)
        if edit:
            yield edit


def _resolved(source: Source, code: str) -> str:
    """`code` with each variable that the file sets once, and to what needs no other, replaced by what it is set to."""
    for variable in free_variables(code):
        sets = re.compile(rf"\${variable}\s*(?:,|:?=)")
        inners = [action.inner.of(source.text).strip() for action in source.template.actions]
        settings = [inner for inner in inners if sets.search(inner)]
        value = re.fullmatch(rf"\${variable}\s*:=\s*(.+)", settings[0], re.DOTALL) if len(settings) == 1 else None
        if value is None or free_variables(value[1]):
            return code
        new = grouped(unwrapped(value[1])).replace("\\", r"\\")
        code = re.sub(rf"\${variable}(?![\w.])", new, code)
    return unwrapped(code)


def _forms(code: str) -> tuple[str, ...]:
    """`code`, and the same with strings where it prints variables: `expression` knows no string in those."""
    return code, re.sub(r'^printf "[^"]*"', lambda found: found[0].replace("%v", "%s"), code)


def _differs(one: str, other: str) -> bool:
    """Whether two names can never be equal: the same text with another ending each."""
    first, second = (re.fullmatch(r'printf "%s([^%"]*)" (.*)', code, re.DOTALL) for code in (one, other))
    return bool(first and second and first[1] != second[1] and pattern_of(first[2]).fullmatch(second[2]))
