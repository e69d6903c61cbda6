{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shelf.stableService" -}}
{{ printf "%s-shelf" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shelf.canaryService" -}}
{{ printf "%s-shelf" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
