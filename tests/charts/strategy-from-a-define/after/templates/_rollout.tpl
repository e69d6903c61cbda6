{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "ferry.stableService" -}}
{{ .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "ferry.canaryService" -}}
{{ .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.
*/}}
{{- define "ferry.updateStrategy" -}}
  {{- include "ferry.strategy" . | nindent 2 }}
{{- end }}
