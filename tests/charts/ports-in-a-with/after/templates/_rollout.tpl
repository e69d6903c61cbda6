{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "mail.stableService" -}}
{{ printf "%s-mail" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "mail.canaryService" -}}
{{ printf "%s-mail" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The ports of the traffic Service.
*/}}
{{- define "mail.trafficPorts" -}}
{{- with .Values.ports }}
  ports:
  {{- range $name, $port := . }}
    - name: {{ $name }}
      port: {{ $port }}
  {{- end }}
{{- end }}
{{- end }}

{{/*
The port to which routes lead, where the Service has several.
*/}}
{{- define "mail.trafficPort" -}}
{{- $ports := (include "mail.trafficPorts" . | fromYaml).ports | default list }}
{{- if gt (len $ports) 1 }}
{{- (index $ports 0).port }}
{{- end }}
{{- end }}
