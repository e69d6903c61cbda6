{{- define "archive.backend" -}}
{{ .Release.Name }}-archive
{{- end }}

{{- define "archive.front" -}}
{{ if .Values.front }}{{ .Release.Name }}-front{{ else }}{{ include "archive.backend" . }}{{ end }}
{{- end }}
