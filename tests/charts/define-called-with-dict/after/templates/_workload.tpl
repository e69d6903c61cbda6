{{- define "blog.workload" -}}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ .root.Release.Name }}-{{ .part }}
spec:
  replicas: {{ .root.Values.replicas }}
  strategy:
    canary:
      {{- include "blog.basicCanary" .root | nindent 6 }}
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
