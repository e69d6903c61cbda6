{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "cinema.stableService" -}}
{{ printf "%s-hall" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "cinema.canaryService" -}}
{{ printf "%s-hall" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
