{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "ledger.stableService" -}}
{{- if not .Values.persistent -}}
{{ printf "%s-ledger" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-ledger" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "ledger.canaryService" -}}
{{ printf "%s-ledger" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
