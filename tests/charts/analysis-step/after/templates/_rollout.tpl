{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "web.stableService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "web.canaryService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
spec.strategy.canary.steps for (rollout values, name of the AnalysisTemplate, canary Service and its
namespace): an `analysis: {}` runs the template. Without data it pauses the rollout: promote or abort.
*/}}
{{- define "web.analysedSteps" -}}
{{- $rollout := index . 0 | default dict }}
{{- $templates := list (dict "templateName" (index . 1)) }}
{{- $args := list (dict "name" "service" "value" (printf "%s.svc.cluster.local" (index . 2))) }}
{{- $steps := list }}
{{- range $rollout.steps }}
{{- if or (not (hasKey . "analysis")) (.analysis).templates }}
{{- $steps = append $steps . }}
{{- else if ($rollout.analysis).enabled }}
{{- $analysis := omit (.analysis | default dict) "templates" "args" }}
{{- $steps = append $steps (dict "analysis" (merge (dict "templates" $templates "args" $args) $analysis)) }}
{{- end }}
{{- end }}
{{- with $steps }}
steps:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
