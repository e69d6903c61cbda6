{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "ferry.stableService" -}}
{{ printf "%s-ferry" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "ferry.canaryService" -}}
{{ printf "%s-ferry" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "ferry.rolloutReplicas" -}}
{{- $min := .Values.scaling.min | default 1 | int | max 1 }}
{{- $max := .Values.scaling.max | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (printf "%s-ferry" .Release.Name) | default (lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-ferry" .Release.Name)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "ferry.rolloutReplicas2" -}}
{{- $min := .Values.scaling.min | default 0 | int | max 1 }}
{{- $max := .Values.scaling.max | default 100 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (printf "%s-ferry" .Release.Name) | default (lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-ferry" .Release.Name)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
