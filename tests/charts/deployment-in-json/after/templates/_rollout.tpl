{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "topaz.stableService" -}}
topaz-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "topaz.canaryService" -}}
topaz-canary
{{- end }}
