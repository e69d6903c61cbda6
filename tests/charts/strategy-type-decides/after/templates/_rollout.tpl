{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.stableService" -}}
{{ printf "%s-forum" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "forum.canaryService" -}}
{{ printf "%s-forum" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.
*/}}
{{- define "forum.updateStrategy" -}}
  strategy:
    type: {{ .Values.strategy.type }}
    {{- if eq .Values.strategy.type "RollingUpdate" }}
    rollingUpdate:
      maxSurge: {{ .Values.strategy.maxSurge }}
      maxUnavailable: {{ .Values.strategy.maxUnavailable }}
    {{- end }}
{{- end }}
