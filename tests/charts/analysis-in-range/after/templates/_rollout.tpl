{{/*
spec.strategy.canary.analysis for (rollout values, name of the AnalysisTemplate, canary Service and its
namespace): from the first step with public traffic on. Without data it pauses the rollout: promote or abort.
*/}}
{{- define "blog.backgroundAnalysis" -}}
{{- $rollout := index . 0 | default dict }}
{{- $first := -1 }}
{{- range $index, $step := $rollout.steps }}
{{- if and (lt $first 0) (gt (int $step.setWeight) 0) }}
{{- $first = $index }}
{{- end }}
{{- end }}
{{- if and ($rollout.analysis).enabled (ge $first 0) (not ($rollout.canary).analysis) }}
analysis:
  startingStep: {{ add1 $first }}
  templates:
    - templateName: {{ index . 1 }}
  args:
    - name: service
      value: {{ index . 2 }}.svc.cluster.local
{{- end }}
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
