{{/*
Name of the Service of engine that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "query.engine.stableService" -}}
{{- if .Values.engine.enabled -}}
{{ printf "%s-engine" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-engine" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service of engine that only the new version serves.
*/}}
{{- define "query.engine.canaryService" -}}
{{ printf "%s-engine" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "query.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "query.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of engine.
*/}}
{{- define "query.engine.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "query.overlay" (list $block (((.Values.rollout).workloads).engine | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The values of the rollout of front.
*/}}
{{- define "query.front.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "query.overlay" (list $block (((.Values.rollout).workloads).front | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "query.front.basicCanary" -}}
{{- $canary := omit (deepCopy ((include "query.front.rollout" . | fromYaml).canary | default dict)) "steps" "stableService" "canaryService" "trafficRouting" "dynamicStableScale" "scaleDownDelaySeconds" }}
{{- $steps := list }}
{{- range (include "query.front.rollout" . | fromYaml).steps }}
{{- if not (or (hasKey . "setCanaryScale") (hasKey . "setHeaderRoute") (hasKey . "setMirrorRoute")) }}
{{- $steps = append $steps . }}
{{- end }}
{{- end }}
{{- if $steps }}
{{- $_ := set $canary "steps" $steps }}
{{- end }}
{{- toYaml $canary }}
{{- end }}
