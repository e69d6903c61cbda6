"""HPA, ScaledObject and VPA: their target becomes the Rollout of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import ROLLOUT_API
from ..source.draft import EditFile, Item
from ..source.refuse import refuse
from ..source.sources import Site
from ..text import Edit, Span

REASON = "autoscaler"
# A flow mapping with the target's name, whose apiVersion and kind are no templates.
_FLOW = re.compile(r"\{(?!\{)(?!.*\b(?:apiVersion|kind):\s*[\"']?\{\{).*\bname:", re.DOTALL)


def rewrite(site: Site, guards: str = "") -> Iterator[Item]:
    """The edits of an autoscaler's target. Raises ChartRefused where the target is not written in the template."""
    text, path = site.source.text, site.source.path
    newline = "\r\n" if "\r\n" in text else "\n"
    refs = [ref for key in ("scaleTargetRef", "targetRef") for ref in site.find("spec", key)]
    if not refs:
        raise refuse(
            "target-not-found",
            site.source,
            site.document.span.start,
            "its target is not written out in the template",
            "Write scaleTargetRef with apiVersion, kind and name.",
        )
    for ref in refs:
        flow = ref.value.of(text)
        if _FLOW.match(flow):
            yield EditFile(path, Edit(ref.value, _in_flow(flow), REASON))
            continue
        keys = {node.key: node for node in ref.children}
        names = keys.get("name")
        if names is None:
            raise refuse(
                "target-not-found",
                site.source,
                ref.start,
                "the target's name is not written out",
                "Write it as `name:`.",
            )
        pad = " " * names.indent
        added = ""
        for key, value in (("apiVersion", ROLLOUT_API), ("kind", "Rollout")):
            nodes = [node for node in ref.children if node.key == key]
            for node in nodes:
                old = node.value.of(text).strip().strip("\"'")
                yield EditFile(path, Edit(node.value, _instead(old, value, key), REASON))
            if not nodes:
                added += f"{pad}{key}: {value}{newline}"
        if added:
            yield EditFile(path, Edit(Span(names.start, names.start), added, REASON))


def _in_flow(text: str) -> str:
    """A flow mapping that names the Rollout; its other keys keep their place."""
    for key, value in (("kind", "Rollout"), ("apiVersion", ROLLOUT_API)):
        text, found = re.subn(rf"([{{,]\s*{key}:\s*)[^\s,{{}}]+", rf"\g<1>{value}", text, count=1)
        if not found:
            text = f"{{{key}: {value}, {text[1:].lstrip()}"
    return text


def _instead(old: str, new: str, key: str) -> str:
    if key == "kind" and "{{" in old and "eployment" not in old:
        return (
            old
            if old.count("{{") != 1
            else "{{ " + old.strip("{}").strip("- ").strip() + ' | replace "Deployment" "Rollout" }}'
        )
    return new
