{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "meter.stableService" -}}
{{ printf "%s-meter" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "meter.canaryService" -}}
{{ printf "%s-meter" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
