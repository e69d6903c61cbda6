{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.stableService" -}}
{{ .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shop.canaryService" -}}
{{ .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Says "true" where a VirtualService of the workload is rendered.
*/}}
{{- define "shop.hasVirtualService2" -}}
{{- if .Values.service.enabled -}}
{{- $http := .Values.ways.http -}}
{{- if $http.enabled -}}
true
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Says "true" where a VirtualService of the workload is rendered.
*/}}
{{- define "shop.hasVirtualService3" -}}
{{- if .Values.service.enabled -}}
{{- if not .Values.ways.inside -}}
{{- else -}}
true
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Says "true" where a VirtualService of the chart's own leads to the workload.
*/}}
{{- define "shop.routed" -}}
{{- if and .Values.service.enabled (or (and .Values.service.enabled .Values.ways.grpc.enabled) (include "shop.hasVirtualService2" .) (include "shop.hasVirtualService3" .)) -}}
true
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
{{- if and .Values.service.enabled .Values.ways.grpc.enabled }}
- {{ .Values.ways.grpc.host }}
{{- else if include "shop.hasVirtualService2" . }}
{{- $http := .Values.ways.http }}
- {{ $http.host }}
{{- end }}
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
