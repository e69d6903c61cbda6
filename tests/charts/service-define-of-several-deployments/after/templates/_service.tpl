{{- define "blog.service" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: main
      port: {{ .port }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-canary
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: main
      port: {{ .port }}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
spec:
  hosts:
    - {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
  gateways:
    - mesh
  http:
    - name: primary
      route:
        - destination:
            host: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-stable
          weight: 100
        - destination:
            host: {{ printf "%v-%v" .root.Release.Name .name | trunc 56 | trimSuffix "-" }}-canary
          weight: 0
{{- end }}
