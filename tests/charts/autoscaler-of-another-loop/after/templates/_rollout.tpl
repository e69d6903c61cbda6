{{/*
The minimum and maximum of each autoscaler that a loop makes, by the name of what it scales.
*/}}
{{- define "blog.autoscalers" -}}
{{- range $name, $part := .Values.scaled }}
{{ printf "%s-%v" $.Release.Name $name | quote }}: {{ list 2 5 | toJson }}
{{- end }}
{{- end }}

{{/*
Replicas beside an autoscaler, for (root, name, its minimum and maximum): what values say, else the live
number, else the minimum.
*/}}
{{- define "blog.rolloutReplicas" -}}
{{- $min := index . 2 | default 1 | int | max 1 }}
{{- $max := index . 3 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" (index . 0).Release.Namespace (index . 1) | default (lookup "apps/v1" "Deployment" (index . 0).Release.Namespace (index . 1)) }}
{{- $wanted := ((index . 0).Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "blog.basicCanary" -}}
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
