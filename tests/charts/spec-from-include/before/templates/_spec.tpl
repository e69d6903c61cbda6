{{- define "opal.spec" -}}
spec:
  selector: {matchLabels: {app: opal}}
  template:
    metadata: {labels: {app: opal}}
    spec: {containers: [{name: opal, image: "{{ .Values.image }}"}]}
{{- end }}
