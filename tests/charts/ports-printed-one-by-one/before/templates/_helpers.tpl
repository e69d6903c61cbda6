{{- define "blog.port" -}}
- name: {{ .name }}
  port: {{ .port }}
{{- end -}}
