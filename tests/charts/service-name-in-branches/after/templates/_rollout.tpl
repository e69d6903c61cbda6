{{/*
Name of the Service, before its suffix.
*/}}
{{- define "atlas.baseService" -}}
{{ if .Values.service.name }}{{ .Values.service.name }}{{ else if (.Values.global.atlas).name }}{{ .Values.global.atlas.name }}-{{ .Release.Name }}{{ else }}{{ .Release.Name }}-atlas{{ end }}
{{- end }}

{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "atlas.stableService" -}}
{{ include "atlas.baseService" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "atlas.canaryService" -}}
{{ include "atlas.baseService" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
