{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.stableService" -}}
{{ include "shop.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shop.canaryService" -}}
{{ include "shop.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "shop.rolloutReplicas" -}}
{{- $min := .Values.autoscaling.minReplicas | default 1 | int | max 1 }}
{{- $max := .Values.autoscaling.maxReplicas | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (include "shop.fullname" .) | default (lookup "apps/v1" "Deployment" .Release.Namespace (include "shop.fullname" .)) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "shop.basicCanary" -}}
{{- $canary := omit (deepCopy ((.Values.rollout).canary | default dict)) "steps" "stableService" "canaryService" "trafficRouting" "dynamicStableScale" "scaleDownDelaySeconds" }}
{{- $steps := list }}
{{- range (.Values.rollout).steps }}
{{- if not (or (hasKey . "setCanaryScale") (hasKey . "setHeaderRoute") (hasKey . "setMirrorRoute")) }}
{{- $steps = append $steps . }}
{{- end }}
{{- end }}
{{- if $steps }}
{{- $_ := set $canary "steps" $steps }}
{{- end }}
{{- toYaml $canary }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "shop.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index (($root.Values.rollout).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- end }}
{{- end }}
