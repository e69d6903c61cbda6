{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "post.stableService" -}}
{{ printf "%s-post" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "post.canaryService" -}}
{{ printf "%s-post" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
