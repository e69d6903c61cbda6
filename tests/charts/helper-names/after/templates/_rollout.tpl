{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "catalog.stableService" -}}
{{ include "catalog.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "catalog.canaryService" -}}
{{ include "catalog.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "catalog.rolloutReplicas" -}}
{{- $min := .Values.autoscaling.minReplicas | default 1 | int | max 1 }}
{{- $max := .Values.autoscaling.maxReplicas | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (include "catalog.fullname" .) | default (lookup "apps/v1" "Deployment" .Release.Namespace (include "catalog.fullname" .)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
