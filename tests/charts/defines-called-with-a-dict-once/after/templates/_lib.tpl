{{- define "blog.labels" -}}
app: {{ .name }}
release: {{ .ctx.Release.Name }}
{{- end }}

{{- define "blog.deployment" -}}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ .ctx.Release.Name }}-{{ .name }}
  labels:
    {{- include "blog.labels" . | nindent 4 }}
spec:
  replicas: {{ .ctx.Values.replicas }}
  strategy:
    canary:
      stableService: {{ include "blog.stableService" .ctx }}
      canaryService: {{ include "blog.canaryService" .ctx }}
      trafficRouting:
        istio:
          virtualService:
            name: {{ .ctx.Release.Name }}-web
            routes:
              - primary
        {{- with (.ctx.Values.rollout).managedRoutes }}
        managedRoutes:
          {{- range . }}
          - name: {{ . }}
          {{- end }}
        {{- end }}
      {{- with omit ((.ctx.Values.rollout).canary | default dict) "steps" "stableService" "canaryService" "trafficRouting" }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with (.ctx.Values.rollout).steps }}
      steps:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  selector:
    matchLabels:
      {{- include "blog.labels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "blog.labels" . | nindent 8 }}
    spec:
      containers:
        - name: {{ .name }}
          image: {{ .ctx.Values.image }}
{{- end }}

{{- define "blog.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "blog.stableService" .ctx }}
  labels:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
spec:
  selector:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
  ports:
    - name: http
      port: {{ .port }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "blog.canaryService" .ctx }}
  labels:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
spec:
  selector:
    app: {{ .name }}
    release: {{ .ctx.Release.Name }}
  ports:
    - name: http
      port: {{ .port }}
{{- end }}
