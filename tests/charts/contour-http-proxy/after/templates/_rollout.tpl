{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "meadow.stableService" -}}
{{ include "meadow.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "meadow.canaryService" -}}
{{ include "meadow.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
