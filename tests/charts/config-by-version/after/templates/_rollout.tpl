{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "web.stableService" -}}
{{ include "web.fullname" . | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "web.canaryService" -}}
{{ include "web.fullname" . | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Hash of the content of the ConfigMap, by which its versions are told apart; nothing where there is none.
*/}}
{{- define "web.configmapHash" -}}
{{- pick (include "web.configmapData" . | replace "<no value>" "" | fromYaml) "binaryData" "data" "stringData" | toJson | sha256sum | trunc 8 }}
{{- end }}

{{/*
Hash of the content of the Secret, by which its versions are told apart; nothing where there is none.
*/}}
{{- define "web.secretHash" -}}
{{- if not .Values.existingSecret }}
{{- pick (include "web.secretData" . | replace "<no value>" "" | fromYaml) "binaryData" "data" "stringData" | toJson | sha256sum | trunc 8 }}
{{- end }}
{{- end }}

{{/*
The name of a ConfigMap or Secret for (root, kind, name): by version where it has one.
*/}}
{{- define "web.versionedName" -}}
{{- $root := index . 0 }}
{{- $name := index . 2 | default "" | toString }}
{{- $name }}
{{- if and (eq (index . 1) "ConfigMap") (eq $name (printf "%s-config" (include "web.fullname" $root))) }}
{{- with include "web.configmapHash" $root }}-{{ . }}{{- end }}
{{- end }}
{{- if and (eq (index . 1) "Secret") (eq $name (include "web.fullname" $root)) }}
{{- with include "web.secretHash" $root }}-{{ . }}{{- end }}
{{- end }}
{{- end }}
