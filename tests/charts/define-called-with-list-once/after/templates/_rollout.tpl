{{- define "blog.deployment" }}
{{- $ := index . 0 }}
{{- $name := index . 1 }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ $.Release.Name }}-{{ $name }}
spec:
  replicas: {{ $.Values.replicas }}
  strategy:
    canary:
      stableService: {{ include "blog.stableService" $ }}
      canaryService: {{ include "blog.canaryService" $ }}
      trafficRouting:
        istio:
          virtualService:
            name: {{ $.Release.Name }}-web
            routes:
              - primary
        {{- with ($.Values.rollout).managedRoutes }}
        managedRoutes:
          {{- range . }}
          - name: {{ . }}
          {{- end }}
        {{- end }}
      {{- with omit (($.Values.rollout).canary | default dict) "steps" "stableService" "canaryService" "trafficRouting" }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with ($.Values.rollout).steps }}
      steps:
        {{- toYaml . | nindent 8 }}
      {{- end }}
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
          image: {{ $.Values.image }}
{{- end }}
