{{- define "blog.deployment" }}
{{- $name := index . 1 }}
{{- $part := index . 2 }}
{{- with index . 0 }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-{{ $name }}
spec:
  replicas: {{ $part.replicas | default .Values.replicas }}
  selector:
    matchLabels:
      app: {{ $name }}
  template:
    metadata:
      labels:
        app: {{ $name }}
    spec:
      containers:
        - name: {{ $name }}
          image: {{ .Values.image }}
{{- end }}
{{- end }}

{{- define "blog.service" }}
{{- $name := index . 1 }}
{{- $part := index . 2 }}
{{- with index . 0 }}
{{- if $part.port }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-{{ $name }}
spec:
  selector:
    app: {{ $name }}
  ports:
    - name: http
      port: {{ $part.port }}
{{- end }}
{{- end }}
{{- end }}
