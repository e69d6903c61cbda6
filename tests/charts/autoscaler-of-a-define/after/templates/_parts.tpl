{{- define "blog.deployment" }}
{{- $root := .root }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
spec:
  {{- if .part.scaling }}
  replicas: {{ include "blog.rolloutReplicas" (list $root (printf "%v-%v" $root.Release.Name .name) .part.scaling.min .part.scaling.max) }}
  {{- else }}
  replicas: {{ $root.Values.replicas }}
  {{- end }}
  strategy:
    canary:
      {{- include "blog.basicCanary" $root | nindent 6 }}
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
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    name: {{ $root.Release.Name }}-{{ .name }}
  minReplicas: {{ .part.scaling.min }}
  maxReplicas: {{ .part.scaling.max }}
{{- end }}
{{- end }}
