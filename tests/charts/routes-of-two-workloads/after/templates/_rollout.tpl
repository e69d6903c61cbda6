{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "atlas.api.stableService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "atlas.api.canaryService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "atlas.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "atlas.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "atlas.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "atlas.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "atlas.api.publicHosts" -}}
- {{ .Values.host }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "atlas.api.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index ((include "atlas.api.rollout" $root | fromYaml).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") (include "atlas.api.rollout" $root | fromYaml) }}
{{- $public := ((include "atlas.api.rollout" $root | fromYaml).hosts).public | default (include "atlas.api.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Name of the Service of docs that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "atlas.docs.stableService" -}}
{{ printf "%s-docs" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of docs that only the new version serves.
*/}}
{{- define "atlas.docs.canaryService" -}}
{{ printf "%s-docs" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of docs.
*/}}
{{- define "atlas.docs.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "atlas.overlay" (list $block (((.Values.rollout).workloads).docs | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "atlas.docs.publicHosts" -}}
- {{ .Values.host }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "atlas.docs.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index ((include "atlas.docs.rollout" $root | fromYaml).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") (include "atlas.docs.rollout" $root | fromYaml) }}
{{- $public := ((include "atlas.docs.rollout" $root | fromYaml).hosts).public | default (include "atlas.docs.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
