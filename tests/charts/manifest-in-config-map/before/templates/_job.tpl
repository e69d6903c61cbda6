{{- define "runner.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: once
{{- end }}
