{{- define "mill.fullname" -}}
{{ printf "%s-mill" .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
