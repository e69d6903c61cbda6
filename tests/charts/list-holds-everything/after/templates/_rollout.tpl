{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "kiln.stableService" -}}
{{ printf "%s-kiln" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "kiln.canaryService" -}}
{{ printf "%s-kiln" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "kiln.rolloutReplicas" -}}
{{- $min := 2 | default 1 | int | max 1 }}
{{- $max := 6 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (printf "%s-kiln" .Release.Name) | default (lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-kiln" .Release.Name)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
