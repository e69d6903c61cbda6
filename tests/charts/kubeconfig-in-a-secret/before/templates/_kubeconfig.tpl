{{- define "mill.kubeconfig" -}}
apiVersion: v1
clusters:
- cluster:
    server: {{ .Values.server }}
  name: main
kind: Config
preferences: {}
{{- end }}
