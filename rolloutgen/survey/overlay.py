"""Values of one workload among several: the shared `rollout:` block with `workloads.<key>` laid over it."""

from __future__ import annotations

from dataclasses import replace

from ..source.draft import Define
from .terms import Terms


def overlaid(terms: Terms, key: str, workload: str) -> tuple[Terms, tuple[Define, ...]]:
    """Terms whose block is the shared values (under `key`) with those of `workload` over them, and their defines."""
    prefix = terms.prefix.rsplit(".", 1)[0]
    overlay = Define(
        f"{prefix}.overlay",
        "{{- $base := index . 0 }}\n{{- range $key, $value := index . 1 }}\n"
        '{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}\n'
        f'{{{{- include "{prefix}.overlay" (list (get $base $key) $value) }}}}\n'
        "{{- else }}\n{{- $_ := set $base $key $value }}\n{{- end }}\n{{- end }}",
        "Lays the second map over the first, in place: maps merge, all else replaces.",
    )
    mine = Define(
        f"{terms.prefix}.rollout",
        f'{{{{- $block := deepCopy (omit (.Values.{key} | default dict) "workloads") }}}}\n'
        f'{{{{- include "{prefix}.overlay" (list $block (((.Values.{key}).workloads).{workload} | default dict)) }}}}\n'
        "{{- toYaml $block }}",
        f"The values of the rollout of {workload}.",
    )
    return replace(terms, block=f'include "{mine.name}" . | fromYaml'), (overlay, mine)
