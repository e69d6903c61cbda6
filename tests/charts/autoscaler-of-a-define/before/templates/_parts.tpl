{{- define "blog.deployment" }}
{{- $root := .root }}
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

{{- define "blog.hpa" }}
{{- $root := .root }}
{{- if .part.scaling }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $root.Release.Name }}-{{ .name }}
  minReplicas: {{ .part.scaling.min }}
  maxReplicas: {{ .part.scaling.max }}
{{- end }}
{{- end }}
