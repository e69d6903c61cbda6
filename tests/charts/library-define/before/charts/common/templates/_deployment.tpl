{{- define "common.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-desk
spec:
  selector:
    matchLabels: {app: desk, release: {{ .Release.Name | quote }}}
  template:
    metadata:
      labels: {app: desk, release: {{ .Release.Name | quote }}}
    spec:
      containers:
        - name: desk
          image: {{ .Values.image }}
{{- end -}}
