{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "bank.stableService" -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "bank.canaryService" -}}
{{ printf "%s-bank" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.
*/}}
{{- define "bank.updateStrategy" -}}
  {{- if .Values.careful }}
  minReadySeconds: 30
  strategy:
    rollingUpdate:
      maxSurge: 1
  {{- end }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "bank.basicCanary" -}}
{{- $canary := omit (deepCopy ((.Values.rollout).canary | default dict)) "steps" "stableService" "canaryService" "trafficRouting" "dynamicStableScale" "scaleDownDelaySeconds" "maxSurge" "maxUnavailable" }}
{{- range $key, $value := ((include "bank.updateStrategy" . | fromYaml).strategy).rollingUpdate }}
{{- $_ := set $canary $key $value }}
{{- end }}
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
