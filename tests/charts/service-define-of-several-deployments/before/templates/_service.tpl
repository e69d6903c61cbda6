{{- define "blog.service" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
spec:
  selector:
    app: {{ .name }}
  ports:
    - name: main
      port: {{ .port }}
{{- end }}
