{{- define "meter.labels" }}
  app.kubernetes.io/name: meter
  app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "meter.all" }}
    {{- /* the team pays for it */}}
    team: meters
    {{- if .Values.zone }}
    zone: {{ .Values.zone }}
    {{- end }}
{{- end }}

{{- define "meter.pod" -}}
    tier: front
{{- end }}
