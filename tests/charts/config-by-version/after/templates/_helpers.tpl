{{- define "web.fullname" -}}
{{ .Release.Name }}-web
{{- end }}

{{- define "web.secretName" -}}
{{ .Values.existingSecret | default (include "web.fullname" .) }}
{{- end }}

{{- define "web.env" -}}
- name: PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "web.versionedName" (list . "Secret" (include "web.secretName" .)) }}
      key: password
{{- end }}
