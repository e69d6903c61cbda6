{{- define "blog.body" -}}
metadata:
  name: {{ .Release.Name }}-blog
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: blog
      release: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: blog
        release: {{ .Release.Name }}
    spec:
      containers:
        - name: blog
          image: {{ .Values.image }}
{{- end -}}
