{{- define "blog.labels" -}}
app: {{ .Values.part }}
release: {{ .Release.Name }}
{{- end }}
