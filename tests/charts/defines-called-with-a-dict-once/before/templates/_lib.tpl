{{- define "blog.labels" -}}
app: {{ .name }}
release: {{ .ctx.Release.Name }}
{{- end }}

{{- define "blog.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .ctx.Release.Name }}-{{ .name }}
  labels:
    {{- include "blog.labels" . | nindent 4 }}
spec:
  replicas: {{ .ctx.Values.replicas }}
  selector:
    matchLabels:
      {{- include "blog.labels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "blog.labels" . | nindent 8 }}
    spec:
      containers:
        - name: {{ .name }}
          image: {{ .ctx.Values.image }}
{{- end }}

{{- define "blog.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .ctx.Release.Name }}-{{ .name }}
  labels:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
spec:
  selector:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
  ports:
    - name: http
      port: {{ .port }}
{{- end }}
