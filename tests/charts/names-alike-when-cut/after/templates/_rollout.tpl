{{/*
The name of (name, length), cut where it is too long; a hash then stands for what is missing.
*/}}
{{- define "quay.cutName" -}}
{{- $name := index . 0 -}}
{{- $length := index . 1 -}}
{{- if le (len $name) $length -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" ($name | trunc (int (sub $length 9)) | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- end }}

{{/*
Name of the Service of ledger that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "quay.ledger.stableService" -}}
{{ include "quay.cutName" (list (include "quay.ledger" .) 56) }}-stable
{{- end }}

{{/*
Name of the Service of ledger that only the new version serves.
*/}}
{{- define "quay.ledger.canaryService" -}}
{{ include "quay.cutName" (list (include "quay.ledger" .) 56) }}-canary
{{- end }}

{{/*
Lays the second map over the first, in place: maps merge, all else replaces.
*/}}
{{- define "quay.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- include "quay.overlay" (list (get $base $key) $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The values of the rollout of ledger.
*/}}
{{- define "quay.ledger.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "quay.overlay" (list $block (((.Values.rollout).workloads).ledger | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "quay.ledger.rolloutReplicas" -}}
{{- $min := .Values.ledger.scaling.min | default 0 | int | max 1 }}
{{- $max := .Values.ledger.scaling.max | default 100 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (include "quay.ledger" .) | default (lookup "apps/v1" "Deployment" .Release.Namespace (include "quay.ledger" .)) }}
{{- $wanted := (include "quay.ledger.rollout" . | fromYaml).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}

{{/*
Name of the Service of web that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "quay.web.stableService" -}}
{{ include "quay.cutName" (list (include "quay.web" .) 56) }}-stable
{{- end }}

{{/*
Name of the Service of web that only the new version serves.
*/}}
{{- define "quay.web.canaryService" -}}
{{ include "quay.cutName" (list (include "quay.web" .) 56) }}-canary
{{- end }}

{{/*
The values of the rollout of web.
*/}}
{{- define "quay.web.rollout" -}}
{{- $block := deepCopy (omit (.Values.rollout | default dict) "workloads") }}
{{- include "quay.overlay" (list $block (((.Values.rollout).workloads).web | default dict)) }}
{{- toYaml $block }}
{{- end }}

{{/*
Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.
*/}}
{{- define "quay.web.rolloutReplicas" -}}
{{- $min := .Values.web.scaling.min | default 0 | int | max 1 }}
{{- $max := .Values.web.scaling.max | default 100 | int | max 1 }}
{{- $live := lookup "argoproj.io/v1alpha1" "Rollout" .Release.Namespace (include "quay.web" .) | default (lookup "apps/v1" "Deployment" .Release.Namespace (include "quay.web" .)) }}
{{- $wanted := (include "quay.web.rollout" . | fromYaml).replicas | default (dig "spec" "replicas" $min ($live | default dict)) }}
{{- int $wanted | max $min | min $max }}
{{- end }}
