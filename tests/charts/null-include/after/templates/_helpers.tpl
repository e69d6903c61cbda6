{{- define "wiki.antiAffinity" -}}
{{- if .Values.spread }}
preferredDuringSchedulingIgnoredDuringExecution:
  - weight: 1
    podAffinityTerm:
      topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          app: wiki
{{- end }}
{{- end }}
