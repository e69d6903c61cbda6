{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "kiosk.canaryService" -}}
{{ printf "%s-kiosk" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
