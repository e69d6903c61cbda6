{{/*
Name of the Service of backend that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "archive.backend.stableService" -}}
{{ include "archive.backend" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of backend that only the new version serves.
*/}}
{{- define "archive.backend.canaryService" -}}
{{ include "archive.backend" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "archive.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "archive.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of backend.
*/}}
{{- define "archive.backend.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "archive.overlay" (list $block (((.Values.rollout).workloads).backend | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of front that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "archive.front.stableService" -}}
{{ include "archive.front" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of front that only the new version serves.
*/}}
{{- define "archive.front.canaryService" -}}
{{ include "archive.front" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of front.
*/}}
{{- define "archive.front.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "archive.overlay" (list $block (((.Values.rollout).workloads).front | default dict)) }}
{{- toYaml $block }}
{{- end }}
