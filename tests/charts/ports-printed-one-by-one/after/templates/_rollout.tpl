{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.stableService" -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "blog.canaryService" -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The ports of the traffic Service.
*/}}
{{- define "blog.trafficPorts" -}}
  ports:
{{- if .Values.wellKnown }}
  {{- include "blog.port" (dict "name" "http" "port" 8080) | nindent 2 }}
  {{- include "blog.port" (dict "name" "status" "port" 15021) | nindent 2 }}
{{- else }}
{{ .Values.ports | toYaml | indent 4 }}
{{- end }}
{{- end }}

{{/*
The port to which routes lead, where the Service has several.
*/}}
{{- define "blog.trafficPort" -}}
{{- $ports := (include "blog.trafficPorts" . | fromYaml).ports | default list }}
{{- if gt (len $ports) 1 }}
{{- (index $ports 0).port }}
{{- end }}
{{- end }}
