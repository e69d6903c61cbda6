{{/*
Name of the Rollout.
*/}}
{{- define "blog.rolloutName" -}}
{{- $part := .Values.read -}}
{{ $part.name }}
{{- end }}

{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.stableService" -}}
{{- $part := .Values.read -}}
{{ $part.name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "blog.canaryService" -}}
{{- $part := .Values.read -}}
{{ $part.name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
