{{- define "blog.deployment" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
spec:
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
  name: {{ .root.Release.Name }}-{{ .name }}
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
            host: {{ .root.Release.Name }}-{{ .name }}
{{- end }}
