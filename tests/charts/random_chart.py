"""Small charts put together from the ways in which people write each part of one."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from rolloutgen.chart.chart import Chart

NAMES = {
    "text": "{{ .Release.Name }}-app",
    "helper": '{{ include "app.fullname" . }}',
    "template": '{{ template "app.fullname" . }}',
    "quoted": '"{{ .Release.Name }}-app"',
    "printf": '{{ printf "%s-app" .Release.Name | trunc 63 | trimSuffix "-" }}',
}
STRATEGIES = {
    "none": "",
    "literal": "  strategy:\n    type: RollingUpdate\n    rollingUpdate:\n      maxSurge: 1\n      maxUnavailable: 0\n",
    "type only": "  strategy:\n    type: RollingUpdate\n",
    "flow": "  strategy: {rollingUpdate: {maxSurge: 25%}}\n",
    "with": "  {{- with .Values.strategy }}\n  strategy:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n",
    "column 0": "{{- if .Values.strategy }}\n  strategy:\n{{ toYaml .Values.strategy | indent 4 }}\n{{- end }}\n",
    "bare": "  strategy: {{- toYaml .Values.strategy | nindent 4 }}\n",
    "branches": "  {{- if .Values.on }}\n  strategy:\n    rollingUpdate:\n      maxSurge: 2\n  {{- else }}\n"
    "  strategy:\n    rollingUpdate:\n      maxUnavailable: 1\n  {{- end }}\n",
    "shared": "  {{- if .Values.on }}\n  minReadySeconds: 5\n  strategy:\n    rollingUpdate:\n"
    "      maxSurge: 3\n  {{- end }}\n",
    "surge from values": "  strategy:\n    rollingUpdate:\n      maxSurge: {{ .Values.surge }}\n"
    "      maxUnavailable: 0\n",
}
REPLICAS = {
    "none": "",
    "literal": "  replicas: 3\n",
    "values": "  replicas: {{ .Values.replicas }}\n",
    "guarded": "  {{- if not .Values.hpa.enabled }}\n  replicas: {{ .Values.replicas }}\n  {{- end }}\n",
    "guarded at column 0": "{{- if not .Values.hpa.enabled }}\n  replicas: {{ .Values.replicas }}\n{{- end }}\n",
}
LABELS = {
    "literal": "app: app\nrelease: {{ .Release.Name }}",
    "nindent": '{{- include "app.labels" . | nindent COLUMN }}',
    "column 0": '{{ include "app.labels" . | indent COLUMN }}',
}
PODS = {
    "plain": "",
    "empty env": "          env:\n            {{- range $name, $value := .Values.env }}\n"
    "            - name: {{ $name }}\n"
    "              value: {{ $value | quote }}\n            {{- end }}\n",
    "empty resources": "          resources:\n            {{- with .Values.resources }}\n"
    "            {{- toYaml . | nindent 12 }}\n            {{- end }}\n",
    "self": "          env:\n            - name: SELF\n              value: http://NAME:80/\n",
    "script": "          command:\n            - sh\n            - -c\n            - |\n              strategy: none\n"
    "              ---\n              exec app {{ .Values.replicas }}\n",
}
PORTS = {
    "one": "    - port: 80\n      targetPort: 8080\n",
    "node": "    - port: 80\n      {{- if .Values.on }}\n      nodePort: 30080\n      {{- end }}\n",
    "several": "    - name: metrics\n      port: 9102\n    - name: http\n      port: 80\n",
    "range": "    {{- range $name, $port := .Values.ports }}\n    - name: {{ $name }}\n"
    "      port: {{ $port }}\n    {{- end }}\n",
    "flow": "    - {name: http, port: 80, targetPort: 8080}\n",
}
PLACES = ("own file", "same file, first", "same file, last", "in a condition", "none")
INGRESSES = {
    "none": "",
    "plain": """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: NAME
                port: {number: 80}
""",
    "variable": """{{- $service := EXPRESSION -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app
spec:
  defaultBackend:
    service:
      name: {{ $service }}
      port: {number: 80}
""",
}
HPAS = {
    "none": "",
    "conditional": """{{- if .Values.hpa.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: NAME
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: NAME
  minReplicas: {{ .Values.hpa.min }}
  maxReplicas: 9
{{- end }}
""",
    "always": """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: NAME}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME}
  minReplicas: 2
  maxReplicas: 9
""",
}
_HELPERS = """{{- define "app.fullname" -}}
{{- printf "%s-app" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "app.labels" -}}
app: app
release: {{ .Release.Name }}
{{- end -}}
"""
_VALUES = """on: false
replicas: 2
surge: 1
strategy:
  type: RollingUpdate
env: {}
resources: {}
ports: {http: 80, metrics: 9102}
hpa: {enabled: false, min: 2}
"""
_EXPRESSIONS = {"text": 'printf "%s-app" .Release.Name', "quoted": 'printf "%s-app" .Release.Name'}


@dataclass(frozen=True)
class Recipe:
    """Which way each part is written; `chart` is what comes of it."""

    name: str
    strategy: str
    replicas: str
    labels: str
    pod: str
    ports: str
    service: str
    ingress: str
    hpa: str
    newline: str

    def chart(self) -> Chart:
        """The chart."""
        deployment, service = self._deployment(), self._service()
        files = {
            "Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
            "values.yaml": _VALUES,
            "templates/_helpers.tpl": _HELPERS,
            "templates/ingress.yaml": INGRESSES[self.ingress] if self.service != "none" else "",
            "templates/hpa.yaml": HPAS[self.hpa],
            "templates/deployment.yaml": deployment,
        }
        if self.service == "own file":
            files["templates/service.yaml"] = service
        elif self.service == "same file, first":
            files["templates/deployment.yaml"] = f"{service}---\n{deployment}"
        elif self.service == "same file, last":
            files["templates/deployment.yaml"] = f"{deployment}---\n{service}"
        elif self.service == "in a condition":
            files["templates/service.yaml"] = f"{{{{- if not .Values.on }}}}\n{service}{{{{- end }}}}\n"
        name = NAMES[self.name]
        code = _EXPRESSIONS.get(self.name, name.strip("{} ").replace("template", "include"))
        # Within a URL a quoted name would not be one value.
        plain = {path: text.replace("//NAME", f"//{name.strip(chr(34))}") for path, text in files.items() if text}
        done = {path: text.replace("NAME", name).replace("EXPRESSION", code) for path, text in plain.items()}
        return Chart("app", {path: text.replace("\n", self.newline).encode() for path, text in done.items()})

    def _labels(self, column: int) -> str:
        text = LABELS[self.labels].replace("COLUMN", str(column))
        pad = "" if self.labels == "column 0" else " " * column
        return "".join(f"{pad}{line}\n" for line in text.split("\n"))

    def _deployment(self) -> str:
        return (
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: NAME\nspec:\n{REPLICAS[self.replicas]}"
            f"{STRATEGIES[self.strategy]}  selector:\n    matchLabels:\n{self._labels(6)}"
            f"  template:\n    metadata:\n      labels:\n{self._labels(8)}"
            f"    spec:\n      containers:\n        - name: app\n"
            f"          image: registry.example.org/app:1\n{PODS[self.pod]}"
        )

    def _service(self) -> str:
        kind = "  type: NodePort\n" if self.ports == "node" else ""
        return (
            f"apiVersion: v1\nkind: Service\nmetadata:\n  name: NAME\n  labels:\n{self._labels(4)}"
            f"spec:\n{kind}  selector:\n{self._labels(4)}  ports:\n{PORTS[self.ports]}"
        )


RECIPES = st.builds(
    Recipe,
    **{
        field: st.sampled_from(list(ways))
        for field, ways in {
            "name": NAMES,
            "strategy": STRATEGIES,
            "replicas": REPLICAS,
            "labels": LABELS,
            "pod": PODS,
            "ports": PORTS,
            "service": PLACES,
            "ingress": INGRESSES,
            "hpa": HPAS,
            "newline": ("\n", "\r\n"),
        }.items()
    },
)
