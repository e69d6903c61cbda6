{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "probe.stableService" -}}
{{ printf "%s-probe" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "probe.canaryService" -}}
{{ printf "%s-probe" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "probe.rolloutReplicas" -}}
{{- $min := 1 | default 1 | int | max 1 }}
{{- $max := 5 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (printf "%s-probe" .Release.Name) | default (lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-probe" .Release.Name)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
