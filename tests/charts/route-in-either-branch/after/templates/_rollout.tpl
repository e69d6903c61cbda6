{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.argo.stableService" -}}
{{ printf "%s-shop" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shop.argo.canaryService" -}}
{{ printf "%s-shop" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "shop.argo.publicHosts" -}}
- shop.example.org
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "shop.argo.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index (($root.Values.rollout).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") ($root.Values.rollout) }}
{{- $public := (($root.Values.rollout).hosts).public | default (include "shop.argo.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
