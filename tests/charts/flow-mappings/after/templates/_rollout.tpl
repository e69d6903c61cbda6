{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "maps.stableService" -}}
{{ printf "%s-maps" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "maps.canaryService" -}}
{{ printf "%s-maps" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.
*/}}
{{- define "maps.updateStrategy" -}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}
{{- end }}
