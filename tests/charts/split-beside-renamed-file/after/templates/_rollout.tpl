{{/*
Name of the Service of app that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "cinema.app.stableService" -}}
{{ printf "%s-hall" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of app that only the new version serves.
*/}}
{{- define "cinema.app.canaryService" -}}
{{ printf "%s-hall" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "cinema.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "cinema.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of app.
*/}}
{{- define "cinema.app.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "cinema.overlay" (list $block (((.Values.rollout).workloads).app | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of tickets that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "cinema.tickets.stableService" -}}
{{ printf "%s-tickets" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of tickets that only the new version serves.
*/}}
{{- define "cinema.tickets.canaryService" -}}
{{ printf "%s-tickets" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of tickets.
*/}}
{{- define "cinema.tickets.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "cinema.overlay" (list $block (((.Values.rollout).workloads).tickets | default dict)) }}
{{- toYaml $block }}
{{- end }}
