{{- define "probe.ports" -}}
{{- $type := .service.type }}
{{- range $name, $port := .service.ports }}
- name: {{ $name }}
  port: {{ $port.port }}
  {{- if eq $type "NodePort" }}
  nodePort: {{ $port.nodePort }}
  {{- else }}
  nodePort: null
  {{- end }}
{{- end }}
{{- end }}
