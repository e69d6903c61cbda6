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
spec.strategy.canary.analysis for (rollout values, name of the AnalysisTemplate, canary Service and its
namespace): from the first step with public traffic on. Without data it pauses the rollout: promote or abort.
*/}}
{{- define "web.backgroundAnalysis" -}}
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
