{{/*
Name of the Service of front that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "bazaar.front.stableService" -}}
{{ .Values.front.name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of front that only the new version serves.
*/}}
{{- define "bazaar.front.canaryService" -}}
{{ .Values.front.name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "bazaar.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "bazaar.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of front.
*/}}
{{- define "bazaar.front.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "bazaar.overlay" (list $block (((.Values.rollout).workloads).front | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of back that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "bazaar.back.stableService" -}}
{{ .Values.back.name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of back that only the new version serves.
*/}}
{{- define "bazaar.back.canaryService" -}}
{{ .Values.back.name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of back.
*/}}
{{- define "bazaar.back.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "bazaar.overlay" (list $block (((.Values.rollout).workloads).back | default dict)) }}
{{- toYaml $block }}
{{- end }}
