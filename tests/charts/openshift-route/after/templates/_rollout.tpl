{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forge.stableService" -}}
{{ include "forge.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "forge.canaryService" -}}
{{ include "forge.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
