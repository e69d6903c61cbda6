{{- define "blog.part" }}
{{ include "blog.deployment" . }}
---
{{ include "blog.service" . }}
{{- end }}

{{- define "blog.deployment" }}
{{- $root := .context }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
spec:
  replicas: {{ $root.Values.replicas }}
  selector:
    matchLabels:
      app: {{ .name }}
  template:
    metadata:
      labels:
        app: {{ .name }}
    spec:
      containers:
        - name: {{ .name }}
          image: {{ $root.Values.image }}
{{- end }}

{{- define "blog.service" }}
{{- $root := .context }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: http
      port: 80
{{- end }}
