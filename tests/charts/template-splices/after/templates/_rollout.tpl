{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "ledger.stableService" -}}
{{ include "ledger.name" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "ledger.canaryService" -}}
{{ include "ledger.name" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
