{{/*
The name of (name, length), cut where it is too long; a hash then stands for what is missing.
*/}}
{{- define "shop.cutName" -}}
{{- $name := index . 0 -}}
{{- $length := index . 1 -}}
{{- if le (len $name) $length -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" ($name | trunc (int (sub $length 9)) | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- end }}

{{/*
Name of the Service of back that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.back.stableService" -}}
{{ include "shop.cutName" (list (printf "%s-shop-back" .Release.Name) 56) }}-stable
{{- end }}

{{/*
Name of the Service of back that only the new version serves.
*/}}
{{- define "shop.back.canaryService" -}}
{{ include "shop.cutName" (list (printf "%s-shop-back" .Release.Name) 56) }}-canary
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
The values of the rollout of back.
*/}}
{{- define "shop.back.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "shop.overlay" (list $block (((.Values.rollout).workloads).back | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Name of the Service of front that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.front.stableService" -}}
{{ include "shop.cutName" (list (printf "%s-shop-front" .Release.Name) 56) }}-stable
{{- end }}

{{/*
Name of the Service of front that only the new version serves.
*/}}
{{- define "shop.front.canaryService" -}}
{{ include "shop.cutName" (list (printf "%s-shop-front" .Release.Name) 56) }}-canary
{{- end }}

{{/*
The values of the rollout of front.
*/}}
{{- define "shop.front.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "shop.overlay" (list $block (((.Values.rollout).workloads).front | default dict)) }}
{{- toYaml $block }}
{{- end }}
