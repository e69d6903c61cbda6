{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "blog.stableService" -}}
{{- if not .Values.stateful -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- else -}}
{{ printf "%s-blog" .Release.Name }}
{{- end -}}
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "blog.canaryService" -}}
{{ printf "%s-blog" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
The Rollout behind its kind: blog.body with a strategy of its own.
*/}}
{{- define "blog.rolloutBody" -}}
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
{{- end }}
