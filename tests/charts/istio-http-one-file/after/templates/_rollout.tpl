{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "explorer.stableService" -}}
explorer-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "explorer.canaryService" -}}
explorer-canary
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "explorer.rolloutReplicas" -}}
{{- $min := .Values.hpa.minReplicas | default 1 | int | max 1 }}
{{- $max := .Values.hpa.maxReplicas | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace "explorer" | default (lookup "apps/v1" "Deployment" .Release.Namespace "explorer") }}
{{- $wanted := (.Values.rollout).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "explorer.publicHosts" -}}
- {{ .Values.domain }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "explorer.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index (($root.Values.rollout).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") ($root.Values.rollout) }}
{{- $public := (($root.Values.rollout).hosts).public | default (include "explorer.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
