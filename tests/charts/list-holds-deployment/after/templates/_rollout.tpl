{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.stableService" -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "blog.canaryService" -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
