{{- define "blog.body" -}}
metadata:
  name: {{ .Release.Name }}-blog
spec:
  replicas: {{ .Values.replicas }}
  strategy:
    canary:
      stableService: {{ include "blog.stableService" . }}
      canaryService: {{ include "blog.canaryService" . }}
      trafficRouting:
        istio:
          virtualService:
            name: {{ .Release.Name }}-blog
            routes:
              - primary
        {{- with (.Values.rollout).managedRoutes }}
        managedRoutes:
          {{- range . }}
          - name: {{ . }}
          {{- end }}
        {{- end }}
      {{- with omit ((.Values.rollout).canary | default dict) "steps" "stableService" "canaryService" "trafficRouting" }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with (.Values.rollout).steps }}
      steps:
        {{- toYaml . | nindent 8 }}
      {{- end }}
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
