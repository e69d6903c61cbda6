{{- define "ferry.strategy" -}}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: {{ .Values.surge }}
    maxUnavailable: {{ .Values.unavailable }}
{{- end -}}
