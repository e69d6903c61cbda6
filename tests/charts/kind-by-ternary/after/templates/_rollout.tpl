{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "depot.stableService" -}}
{{- if not (eq .Values.mode "distributed") -}}
{{ printf "%s-depot" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-depot" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "depot.canaryService" -}}
{{ printf "%s-depot" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}
