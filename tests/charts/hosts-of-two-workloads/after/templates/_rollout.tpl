{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "site.api.stableService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "site.api.canaryService" -}}
{{ printf "%s-api" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "site.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "site.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "site.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "site.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "site.api.publicHosts" -}}
- {{ . }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "site.api.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index ((include "site.api.rollout" $root | fromYaml).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") (include "site.api.rollout" $root | fromYaml) }}
{{- $public := ((include "site.api.rollout" $root | fromYaml).hosts).public | default (include "site.api.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Name of the Service of web that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "site.web.stableService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of web that only the new version serves.
*/}}
{{- define "site.web.canaryService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of web.
*/}}
{{- define "site.web.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "site.overlay" (list $block (((.Values.rollout).workloads).web | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The hosts of the public, as the chart's own VirtualService has them.
*/}}
{{- define "site.web.publicHosts" -}}
- {{ . }}
{{- end }}

{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "site.web.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index ((include "site.web.rollout" $root | fromYaml).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- else if and (eq (index . 1) "preview") (include "site.web.rollout" $root | fromYaml) }}
{{- $public := ((include "site.web.rollout" $root | fromYaml).hosts).public | default (include "site.web.publicHosts" $root | fromYamlArray) }}
{{- range $host := $public }}
{{- if and (contains "." $host) (not (contains "*" $host)) (not (regexMatch "\\.svc$|\\.local$|\\.svc\\." $host)) }}
- {{ regexReplaceAll "^([^.]+)" $host "${1}-preview" | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
