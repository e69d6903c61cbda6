{{/*
Name of the Service of server that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "garnet.server.stableService" -}}
{{ printf "%s-server" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of server that only the new version serves.
*/}}
{{- define "garnet.server.canaryService" -}}
{{ printf "%s-server" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "garnet.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "garnet.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of server.
*/}}
{{- define "garnet.server.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "garnet.overlay" (list $block (((.Values.rollout).workloads).server | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The values of the rollout of worker.
*/}}
{{- define "garnet.worker.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "garnet.overlay" (list $block (((.Values.rollout).workloads).worker | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "garnet.worker.basicCanary" -}}
{{- $canary := omit (deepCopy ((include "garnet.worker.rollout" . | fromYaml).canary | default dict)) "steps" "stableService" "canaryService" "trafficRouting" "dynamicStableScale" "scaleDownDelaySeconds" "maxSurge" "maxUnavailable" }}
{{- range $key, $value := ((.Values.worker.spec).strategy).rollingUpdate }}
{{- $_ := set $canary $key $value }}
{{- end }}
{{- $steps := list }}
{{- range (include "garnet.worker.rollout" . | fromYaml).steps }}
{{- if not (or (hasKey . "setCanaryScale") (hasKey . "setHeaderRoute") (hasKey . "setMirrorRoute")) }}
{{- $steps = append $steps . }}
{{- end }}
{{- end }}
{{- if $steps }}
{{- $_ := set $canary "steps" $steps }}
{{- end }}
{{- toYaml $canary }}
{{- end }}
