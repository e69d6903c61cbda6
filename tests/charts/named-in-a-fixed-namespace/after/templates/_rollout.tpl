{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "lodge.canaryService" -}}
lodge-canary
{{- end }}
