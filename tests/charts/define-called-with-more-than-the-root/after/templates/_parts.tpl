{{- define "blog.deployment" }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ .Release.Name }}-{{ .part }}
spec:
  replicas: {{ .Values.replicas }}
  strategy:
    canary:
      stableService: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-stable
      canaryService: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-canary
      trafficRouting:
        istio:
          virtualService:
            name: {{ .Release.Name }}-{{ .part }}
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
      app: {{ .part }}
  template:
    metadata:
      labels:
        app: {{ .part }}
    spec:
      containers:
        - name: {{ .part }}
          image: {{ .Values.image }}
{{- end }}

{{- define "blog.service" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-stable
spec:
  selector:
    app: {{ .part }}
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-canary
spec:
  selector:
    app: {{ .part }}
  ports:
    - name: http
      port: 80
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .Release.Name }}-{{ .part }}
spec:
  hosts:
    - {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-stable
  gateways:
    - mesh
  http:
    - name: primary
      route:
        - destination:
            host: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-stable
          weight: 100
        - destination:
            host: {{ printf "%s-%v" .Release.Name .part | trunc 56 | trimSuffix "-" }}-canary
          weight: 0
{{- end }}
