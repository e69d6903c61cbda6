{{/*
Name of the Service, before its suffix.
*/}}
{{- define "pilot.baseService" -}}
{{ .Release.Name }}-pilot{{ if not (eq .Values.revision "") }}-{{ .Values.revision }}{{ end }}
{{- end }}

{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "pilot.stableService" -}}
{{ include "pilot.baseService" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "pilot.canaryService" -}}
{{ include "pilot.baseService" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
