{{- define "quay.web" -}}
{{- printf "%s-quay-web" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "quay.ledger" -}}
{{- printf "%s-quay-ledger" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
