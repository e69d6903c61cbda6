{{- define "ledger.stateful" -}}
apps/v1
{{- end }}
