{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "amber.rolloutReplicas" -}}
{{- $min := 1 | default 1 | int | max 1 }}
{{- $max := 3 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace "amber" | default (lookup "apps/v1" "Deployment" .Release.Namespace "amber") }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "amber.basicCanary" -}}
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
