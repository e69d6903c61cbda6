{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "badge.stableService" -}}
{{ printf "%s-badge" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "badge.canaryService" -}}
{{ printf "%s-badge" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
