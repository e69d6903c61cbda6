{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "web.stableService" -}}
{{ include "web.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "web.canaryService" -}}
{{ include "web.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "web.rolloutReplicas" -}}
{{- $min := .Values.autoscaling.minReplicas | default 1 | int | max 1 }}
{{- $max := .Values.autoscaling.maxReplicas | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (include "web.fullname" .) }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
Annotations of the Rollout: the Slack channels that hear of it, by trigger.
*/}}
{{- define "web.subscriptions" -}}
{{- range $trigger, $channels := ((.Values.rollout).notifications).slack }}
{{- with $channels }}
notifications.argoproj.io/subscribe.{{ $trigger }}.slack: {{ join ";" . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The analysis in the background: from the first step with public traffic on. Values of the strategy win.
*/}}
{{- define "web.analysis" -}}
{{- $rollout := .Values.rollout | default dict }}
{{- $first := -1 }}
{{- range $index, $step := $rollout.steps }}
{{- if and (lt $first 0) (gt (int $step.setWeight) 0) }}
{{- $first = $index }}
{{- end }}
{{- end }}
{{- if and ($rollout.analysis).enabled (ge $first 0) (not ($rollout.canary).analysis) }}
startingStep: {{ add1 $first }}
templates:
  - templateName: {{ include "web.fullname" . }}
args:
  - name: service
    value: {{ include "web.canaryService" . }}.{{ .Release.Namespace }}.svc.cluster.local
{{- end }}
{{- end }}
