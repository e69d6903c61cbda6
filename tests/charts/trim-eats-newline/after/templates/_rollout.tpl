{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "search.stableService" -}}
{{ printf "%s-search" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "search.canaryService" -}}
{{ printf "%s-search" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.
*/}}
{{- define "search.updateStrategy" -}}
  {{ with .Values.surge -}}
  strategy:
    rollingUpdate:
      maxSurge: {{ . }}
  {{ end -}}
{{- end }}
