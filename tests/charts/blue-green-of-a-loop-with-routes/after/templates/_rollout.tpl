{{/*
The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.
*/}}
{{- define "queue.rolloutHosts" -}}
{{- $root := index . 0 }}
{{- $given := index (($root.Values.rollout).hosts | default dict) (index . 1) }}
{{- if kindIs "slice" $given }}
{{- toYaml $given }}
{{- end }}
{{- end }}
