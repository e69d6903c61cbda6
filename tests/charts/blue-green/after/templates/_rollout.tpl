{{/*
Name of the Service that the public reaches, cut so that the suffix fits into 63 characters.
*/}}
{{- define "bank.activeService" -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-active
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "bank.previewService" -}}
{{ printf "%s-bank" .Release.Name | trunc 55 | trimSuffix "-" }}-preview
{{- end }}
