{{/*
Says "true" where the workload is rendered.
*/}}
{{- define "basalt.rolledOut" -}}
{{- $stateful := .Values.keepLogs -}}
{{- if not $stateful -}}
true
{{- end -}}
{{- end }}

{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "basalt.stableService" -}}
{{- if include "basalt.rolledOut" . -}}
{{ printf "%s-basalt" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-basalt" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "basalt.canaryService" -}}
{{ printf "%s-basalt" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "basalt.rolloutReplicas" -}}
{{- $min := .Values.autoscaling.min | default 1 | int | max 1 }}
{{- $max := .Values.autoscaling.max | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (printf "%s-basalt" .Release.Name) | default (lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-basalt" .Release.Name)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
