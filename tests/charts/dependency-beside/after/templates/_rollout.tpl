{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "umbrella.stableService" -}}
{{ printf "%s-umbrella" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "umbrella.canaryService" -}}
{{ printf "%s-umbrella" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
