{{/*
Name of the Service of back that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "desk.back.stableService" -}}
{{ printf "%s-back" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of back that only the new version serves.
*/}}
{{- define "desk.back.canaryService" -}}
{{ printf "%s-back" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "desk.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "desk.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of back.
*/}}
{{- define "desk.back.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "desk.overlay" (list $block (((.Values.rollout).workloads).back | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of front that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "desk.front.stableService" -}}
{{ printf "%s-front" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of front that only the new version serves.
*/}}
{{- define "desk.front.canaryService" -}}
{{ printf "%s-front" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of front.
*/}}
{{- define "desk.front.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "desk.overlay" (list $block (((.Values.rollout).workloads).front | default dict)) }}
{{- toYaml $block }}
{{- end }}
