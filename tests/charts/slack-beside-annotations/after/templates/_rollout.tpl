{{/*
Name of the Service that the public reaches, cut to leave room for the suffix.
*/}}
{{- define "web.stableService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-stable
{{- end }}

{{/*
Name of the Service that only the new version serves.
*/}}
{{- define "web.canaryService" -}}
{{ printf "%s-web" .Release.Name | trunc 56 | trimSuffix "-" }}-canary
{{- end }}

{{/*
Annotations of a Rollout for its values: the channels that hear of it, by trigger.
*/}}
{{- define "web.subscriptions" -}}
{{- $subscriptions := dict }}
{{- range $trigger, $channels := ((. | default dict).notifications).slack }}
{{- if $channels }}
{{- $_ := set $subscriptions (printf "notifications.argoproj.io/subscribe.%s.slack" $trigger) (join ";" $channels) }}
{{- end }}
{{- end }}
{{- with $subscriptions }}
{{- toYaml . }}
{{- end }}
{{- end }}
