{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "billing.stableService" -}}
{{ printf "%s-billing" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "billing.canaryService" -}}
{{ printf "%s-billing" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
