{{- define "shelf.pods" -}}
{{- if eq .preset "soft" }}
preferredDuringSchedulingIgnoredDuringExecution:
  - weight: 1
    podAffinityTerm:
      topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          app: shelf
{{- end }}
{{- end }}
