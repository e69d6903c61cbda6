{{- define "post.deployment.apiVersion" -}}
{{- if semverCompare "<1.9-0" .Capabilities.KubeVersion.GitVersion -}}
extensions/v1beta1
{{- else -}}
apps/v1
{{- end -}}
{{- end -}}
