{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "blog.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "blog.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of queue.
*/}}
{{- define "blog.queue.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "blog.overlay" (list $block (((.Values.rollout).workloads).queue | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The values of the rollout of web.
*/}}
{{- define "blog.web.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "blog.overlay" (list $block (((.Values.rollout).workloads).web | default dict)) }}
{{- toYaml $block }}
{{- end }}
