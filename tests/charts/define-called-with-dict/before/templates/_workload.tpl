{{- define "blog.workload" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Release.Name }}-{{ .part }}
spec:
  replicas: {{ .root.Values.replicas }}
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
          image: {{ .root.Values.image }}
{{- end -}}
