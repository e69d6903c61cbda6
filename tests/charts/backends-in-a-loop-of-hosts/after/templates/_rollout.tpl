{{/*
The name of (name, length), cut where it is too long; a hash then stands for what is missing.
*/}}
{{- define "forum.cutName" -}}
{{- $name := index . 0 -}}
{{- $length := index . 1 -}}
{{- if le (len $name) $length -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" ($name | trunc (int (sub $length 9)) | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- end }}

{{/*
Name of the Service of api that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.api.stableService" -}}
{{ include "forum.cutName" (list (printf "%s-api" (include "forum.fullname" .)) 56) }}-stable
{{- end }}

{{/*
Name of the Service of api that only the new version serves.
*/}}
{{- define "forum.api.canaryService" -}}
{{ include "forum.cutName" (list (printf "%s-api" (include "forum.fullname" .)) 56) }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "forum.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "forum.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of api.
*/}}
{{- define "forum.api.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "forum.overlay" (list $block (((.Values.rollout).workloads).api | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of console that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "forum.console.stableService" -}}
{{ include "forum.cutName" (list (printf "%s-console" (include "forum.fullname" .)) 56) }}-stable
{{- end }}

{{/*
Name of the Service of console that only the new version serves.
*/}}
{{- define "forum.console.canaryService" -}}
{{ include "forum.cutName" (list (printf "%s-console" (include "forum.fullname" .)) 56) }}-canary
{{- end }}

{{/*
The values of the rollout of console.
*/}}
{{- define "forum.console.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "forum.overlay" (list $block (((.Values.rollout).workloads).console | default dict)) }}
{{- toYaml $block }}
{{- end }}
