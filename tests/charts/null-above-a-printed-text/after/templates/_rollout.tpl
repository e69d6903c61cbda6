{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "wiki.stableService" -}}
{{ printf "%s-wiki" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "wiki.canaryService" -}}
{{ printf "%s-wiki" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
