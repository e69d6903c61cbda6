{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "mail.stableService" -}}
{{ printf "%s-inbox" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "mail.canaryService" -}}
{{ printf "%s-inbox" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
