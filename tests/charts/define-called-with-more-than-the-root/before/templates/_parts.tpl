{{- define "blog.deployment" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-{{ .part }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .part }}
  template:
    metadata:
      labels:
        app: {{ .part }}
    spec:
      containers:
        - name: {{ .part }}
          image: {{ .Values.image }}
{{- end }}

{{- define "blog.service" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-{{ .part }}
spec:
  selector:
    app: {{ .part }}
  ports:
    - name: http
      port: 80
{{- end }}
