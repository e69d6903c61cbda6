{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "vault.stableService" -}}
{{- if not .Values.persistent -}}
{{ printf "%s-vault" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-vault" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "vault.canaryService" -}}
{{ printf "%s-vault" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
