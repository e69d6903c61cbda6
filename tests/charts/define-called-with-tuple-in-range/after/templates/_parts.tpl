{{- define "blog.deployment" }}
{{- $name := index . 1 }}
{{- $part := index . 2 }}
{{- with index . 0 }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ .Release.Name }}-{{ $name }}
spec:
  replicas: {{ $part.replicas | default .Values.replicas }}
  strategy:
    canary:
      {{- if $part.port }}
      stableService: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-stable
      canaryService: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-canary
      trafficRouting:
        istio:
          virtualService:
            name: {{ .Release.Name }}-{{ $name }}
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
      {{- else }}
      {{- include "blog.basicCanary" . | nindent 6 }}
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
          image: {{ .Values.image }}
{{- end }}
{{- end }}

{{- define "blog.service" }}
{{- $name := index . 1 }}
{{- $part := index . 2 }}
{{- with index . 0 }}
{{- if $part.port }}
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-stable
spec:
  selector:
    app: {{ $name }}
  ports:
    - name: http
      port: {{ $part.port }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-canary
spec:
  selector:
    app: {{ $name }}
  ports:
    - name: http
      port: {{ $part.port }}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .Release.Name }}-{{ $name }}
spec:
  hosts:
    - {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-stable
  gateways:
    - mesh
  http:
    - name: primary
      route:
        - destination:
            host: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-stable
          weight: 100
        - destination:
            host: {{ printf "%s-%v" .Release.Name $name | trunc 56 | trimSuffix "-" }}-canary
          weight: 0
{{- end }}
{{- end }}
{{- end }}
