{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "kiosk.stableService" -}}
{{ .Chart.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "kiosk.canaryService" -}}
{{ .Chart.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
