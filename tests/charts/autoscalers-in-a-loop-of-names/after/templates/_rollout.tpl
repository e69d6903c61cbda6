{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.api.stableService" -}}
{{ printf "%s-api" (include "blog.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "blog.api.canaryService" -}}
{{ printf "%s-api" (include "blog.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "blog.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "blog.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "blog.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "blog.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
The minimum and maximum of each autoscaler that a loop makes, by the name of what it scales.
*/}}
{{- define "blog.autoscalers" -}}
{{- range $part := list "api" "web" }}
{{- $scaling := get $.Values.scaling $part }}
{{- if $scaling.enabled }}
{{ printf "%s-%v" (include "blog.fullname" $) (ternary "api-server" $part (eq $part "api")) | quote }}: {{ list ($scaling.min | default 1) $scaling.max | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Replicas beside an autoscaler, for (root, name, its minimum and maximum): what values say, else the live
number, else the minimum.
*/}}
{{- define "blog.api.rolloutReplicas" -}}
{{- $min := index . 2 | default 1 | int | max 1 }}
{{- $max := index . 3 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" (index . 0).Release.Namespace (index . 1) | default (lookup "apps/v1" "Deployment" (index . 0).Release.Namespace (index . 1)) }}
{{- $wanted := (include "blog.api.rollout" (index . 0) | fromYaml).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
Name of the Service of web that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.web.stableService" -}}
{{ printf "%s-web" (include "blog.fullname" .) | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service of web that only the new version serves.
*/}}
{{- define "blog.web.canaryService" -}}
{{ printf "%s-web" (include "blog.fullname" .) | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The values of the rollout of web.
*/}}
{{- define "blog.web.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "blog.overlay" (list $block (((.Values.rollout).workloads).web | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Replicas beside an autoscaler, for (root, name, its minimum and maximum): what values say, else the live
number, else the minimum.
*/}}
{{- define "blog.web.rolloutReplicas" -}}
{{- $min := index . 2 | default 1 | int | max 1 }}
{{- $max := index . 3 | default 0 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" (index . 0).Release.Namespace (index . 1) | default (lookup "apps/v1" "Deployment" (index . 0).Release.Namespace (index . 1)) }}
{{- $wanted := (include "blog.web.rollout" (index . 0) | fromYaml).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
