{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "harbour.stableService" -}}
{{ .Values.pilot.name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "harbour.canaryService" -}}
{{ .Values.pilot.name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
