{{- define "ledger.labels" }}
app: ledger
release: {{ .Release.Name }}
{{- end }}
{{- define "ledger.name" }}{{ .Release.Name }}-ledger{{ end -}}
