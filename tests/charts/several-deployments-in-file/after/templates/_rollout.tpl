{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.api.stableService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "shop.api.canaryService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "shop.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "shop.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "shop.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "shop.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The values of the rollout of worker.
*/}}
{{- define "shop.worker.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "shop.overlay" (list $block (((.Values.rollout).workloads).worker | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "shop.worker.basicCanary" -}}
{{- $canary := omit (deepCopy ((include "shop.worker.rollout" . | fromYaml).canary | default dict)) "steps" "stableService" "canaryService" "trafficRouting" "dynamicStableScale" "scaleDownDelaySeconds" }}
{{- $steps := list }}
{{- range (include "shop.worker.rollout" . | fromYaml).steps }}
{{- if not (or (hasKey . "setCanaryScale") (hasKey . "setHeaderRoute") (hasKey . "setMirrorRoute")) }}
{{- $steps = append $steps . }}
{{- end }}
{{- end }}
{{- if $steps }}
{{- $_ := set $canary "steps" $steps }}
{{- end }}
{{- toYaml $canary }}
{{- end }}
