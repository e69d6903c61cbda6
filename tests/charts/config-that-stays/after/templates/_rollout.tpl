{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "web.basicCanary" -}}
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
Hash of the content of the ConfigMap, by which its versions are told apart; nothing where there is none.
*/}}
{{- define "web.configsHash" -}}
{{- pick (include "web.configsData" . | replace "<no value>" "" | fromYaml) "binaryData" "data" "stringData" | toJson | sha256sum | trunc 8 }}
{{- end }}
