{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "tracer.stableService" -}}
{{ printf "%s-tracer" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "tracer.canaryService" -}}
{{ printf "%s-tracer" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
