{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "probe.canaryService" -}}
{{ printf "%s-probe" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The ports of the traffic Service.
*/}}
{{- define "probe.trafficPorts" -}}
  ports:
    {{- include "probe.ports" .Values | nindent 4 }}
{{- end }}

{{/*
The port to which routes lead, where the Service has several.
*/}}
{{- define "probe.trafficPort" -}}
{{- $ports := (include "probe.trafficPorts" . | fromYaml).ports | default list }}
{{- if gt (len $ports) 1 }}
{{- (index $ports 1).port }}
{{- end }}
{{- end }}
