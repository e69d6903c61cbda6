{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
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
