{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "cache.stableService" -}}
{{- if not .Values.persistence.enabled -}}
{{ printf "%s-cache" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-cache" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "cache.canaryService" -}}
{{ printf "%s-cache" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
