{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.stableService" -}}
{{- if and (.Values.deployment.enabled) (eq .Values.service.enabled true) -}}
{{ printf "%s-shop" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-shop" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shop.canaryService" -}}
{{ printf "%s-shop" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Says "true" where the workload has its traffic Service.
*/}}
{{- define "shop.routed" -}}
{{- if eq .Values.service.enabled true -}}
{{- if .Values.istio.enabled -}}
true
{{- end -}}
{{- end -}}
{{- end }}

{{/*
spec.strategy.canary where no router weighs the traffic: steps that need one are left out.
*/}}
{{- define "shop.basicCanary" -}}
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
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "shop.publicHosts" -}}
- {{ .Values.istio.host }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "shop.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index (($root.Values.rollout).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") ($root.Values.rollout) }}
{{- $public := (($root.Values.rollout).hosts).public | default (include "shop.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
