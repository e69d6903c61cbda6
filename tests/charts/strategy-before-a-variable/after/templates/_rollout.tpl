{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.stableService" -}}
{{ printf "%s-forum" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "forum.canaryService" -}}
{{ printf "%s-forum" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
