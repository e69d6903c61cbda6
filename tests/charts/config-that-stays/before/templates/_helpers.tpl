{{- define "web.password" -}}
{{ randAlphaNum 20 | quote }}
{{- end }}
