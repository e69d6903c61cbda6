{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "mill.stableService" -}}
{{ printf "%s-mill" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "mill.canaryService" -}}
{{ printf "%s-mill" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
