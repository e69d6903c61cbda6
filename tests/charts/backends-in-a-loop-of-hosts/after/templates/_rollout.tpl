{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.api.stableService" -}}
{{ printf "%s-api" (include "forum.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "forum.api.canaryService" -}}
{{ printf "%s-api" (include "forum.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "forum.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "forum.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "forum.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "forum.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of console that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.console.stableService" -}}
{{ printf "%s-console" (include "forum.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of console that only the new version serves.
*/}}
{{- define "forum.console.canaryService" -}}
{{ printf "%s-console" (include "forum.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of console.
*/}}
{{- define "forum.console.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "forum.overlay" (list $block (((.Values.rollout).workloads).console | default dict)) }}
{{- toYaml $block }}
{{- end }}
