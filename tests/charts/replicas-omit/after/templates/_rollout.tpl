{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "feed.stableService" -}}
{{ printf "%s-feed" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "feed.canaryService" -}}
{{ printf "%s-feed" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
