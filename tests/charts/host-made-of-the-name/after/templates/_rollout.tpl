{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "shop.stableService" -}}
{{ .Values.serviceName | default .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "shop.canaryService" -}}
{{ .Values.serviceName | default .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
