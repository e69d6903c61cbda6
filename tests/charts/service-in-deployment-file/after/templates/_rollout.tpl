{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "notes.stableService" -}}
{{ printf "%s-notes" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "notes.canaryService" -}}
{{ printf "%s-notes" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
