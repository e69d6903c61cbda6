{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "bank.canaryService" -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
