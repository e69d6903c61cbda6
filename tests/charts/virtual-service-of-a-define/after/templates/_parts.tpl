{{- define "blog.deployment" }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
spec:
  strategy:
    canary:
      stableService: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
      canaryService: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-canary
      trafficRouting:
        istio:
          virtualService:
            name: {{ .root.Release.Name }}-{{ .name }}
            routes:
              - all
        {{- with (.root.Values.rollout).managedRoutes }}
        managedRoutes:
          {{- range . }}
          - name: {{ . }}
          {{- end }}
        {{- end }}
      {{- with omit ((.root.Values.rollout).canary | default dict) "steps" "stableService" "canaryService" "trafficRouting" }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with (.root.Values.rollout).steps }}
      steps:
        {{- toYaml . | nindent 8 }}
      {{- end }}
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
          image: {{ .root.Values.image }}
{{- end }}

{{- define "blog.service" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: http
      port: {{ .part.port }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-canary
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: http
      port: {{ .part.port }}
{{- end }}

{{- define "blog.route" }}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
spec:
  hosts:
    - {{ .part.host }}
  gateways:
    - istio-system/gateway
  http:
    - name: all
      route:
        - destination:
            host: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
          weight: 100
        - destination:
            host: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-canary
          weight: 0
{{- end }}
