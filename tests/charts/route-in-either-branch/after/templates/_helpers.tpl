{{- define "shop.virtualService" -}}
{{ .Release.Name }}-routes
{{- end }}
