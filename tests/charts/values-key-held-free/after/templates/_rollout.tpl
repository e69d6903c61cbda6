{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "ferry.stableService" -}}
{{ printf "%s-ferry" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "ferry.canaryService" -}}
{{ printf "%s-ferry" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
