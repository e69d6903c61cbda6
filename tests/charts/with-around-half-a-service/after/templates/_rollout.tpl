{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "opal.stableService" -}}
{{ printf "%s-opal" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "opal.canaryService" -}}
{{ printf "%s-opal" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "opal.basicCanary" -}}
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
