{{/*
Name of the Service of store that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "mill.store.stableService" -}}
{{ printf "%s-store" (include "mill.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of store that only the new version serves.
*/}}
{{- define "mill.store.canaryService" -}}
{{ printf "%s-store" (include "mill.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "mill.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "mill.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of store.
*/}}
{{- define "mill.store.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "mill.overlay" (list $block (((.Values.rollout).workloads).store | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of wheel that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "mill.wheel.stableService" -}}
{{ printf "%s-wheel" (include "mill.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of wheel that only the new version serves.
*/}}
{{- define "mill.wheel.canaryService" -}}
{{ printf "%s-wheel" (include "mill.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of wheel.
*/}}
{{- define "mill.wheel.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "mill.overlay" (list $block (((.Values.rollout).workloads).wheel | default dict)) }}
{{- toYaml $block }}
{{- end }}
