{{- define "forum.fullname" -}}
{{ .Release.Name }}-forum
{{- end }}
