{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "bank.stableService" -}}
{{- if .Values.enabled -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-bank" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "bank.canaryService" -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
