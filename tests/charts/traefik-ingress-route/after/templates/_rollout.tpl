{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "harbour.stableService" -}}
{{ include "harbour.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "harbour.canaryService" -}}
{{ include "harbour.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
