{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "bank.stableService" -}}
{{ printf "%s-%s" .Release.Name "bank" | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "bank.canaryService" -}}
{{ printf "%s-%s" .Release.Name "bank" | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
