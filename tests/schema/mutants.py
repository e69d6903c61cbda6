"""Good objects of many kinds, and every small way to spoil one."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.chart.manifests import ref_of
from rolloutgen.goyaml import load_documents
from rolloutgen.model import Manifest, Path

GOOD = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: app, labels: {app.kubernetes.io/name: app}, annotations: {example.com/x: "1"}}
spec:
  replicas: 2
  minReadySeconds: 5
  revisionHistoryLimit: 3
  selector: {matchLabels: {app: app}}
  strategy:
    canary:
      canaryService: app-canary
      stableService: app-stable
      maxSurge: 25%
      maxUnavailable: 0
      trafficRouting:
        managedRoutes: [{name: header}]
        istio: {virtualService: {name: app, routes: [primary]}}
      analysis: {templates: [{templateName: rate}], startingStep: 1, args: [{name: svc, value: app}]}
      steps:
      - setCanaryScale: {replicas: 1}
      - setHeaderRoute: {name: header, match: [{headerName: x, headerValue: {exact: web}}]}
      - pause: {duration: 10m}
      - setCanaryScale: {matchTrafficWeight: true}
      - setWeight: 50
      - pause: {}
  template:
    metadata: {labels: {app: app}, annotations: {a: b}}
    spec:
      serviceAccountName: app
      volumes: [{name: conf, configMap: {name: conf}}, {name: tmp, emptyDir: {sizeLimit: 1Gi}}]
      containers:
      - name: app
        image: app:1
        args: [serve]
        env: [{name: A, value: "1"}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]
        ports: [{containerPort: 80, name: http}, {containerPort: 80, protocol: UDP, name: dns}]
        volumeMounts: [{name: conf, mountPath: /conf, readOnly: true}]
        livenessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}
        resources: {limits: {cpu: 500m, memory: 1Gi}}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: rate}
spec:
  args: [{name: svc}]
  metrics:
  - name: rate
    interval: 1m
    count: 5
    failureLimit: 2
    successCondition: result[0] > 0.9
    provider: {prometheus: {address: http://prometheus, query: up}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: app}
spec:
  hosts: [app.example.com]
  gateways: [app, mesh]
  http:
  - name: primary
    match: [{uri: {prefix: /}, headers: {x: {exact: web}}, port: 80}]
    timeout: 10s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}
    corsPolicy: {allowOrigins: [{exact: https://a}], allowMethods: [GET], maxAge: 24h}
    route:
    - {destination: {host: app-stable, port: {number: 80}}, weight: 100}
    - {destination: {host: app-canary, port: {number: 80}}, weight: 0}
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: app}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [app.example.com]
    tls: {mode: SIMPLE, credentialName: app}
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: [app.example.com], tls: {httpsRedirect: true}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: app}
spec:
  host: app
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 100, connectTimeout: 30ms}}
    loadBalancer: {simple: LEAST_REQUEST}
    tls: {mode: ISTIO_MUTUAL}
  subsets: [{name: stable, labels: {app: app}}]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: app, namespace: istio-system}
spec:
  secretName: app
  dnsNames: [app.example.com]
  duration: 2160h
  privateKey: {algorithm: ECDSA, size: 256}
  usages: [server auth]
  issuerRef: {name: letsencrypt, kind: ClusterIssuer}
---
apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata: {name: app}
spec:
  endpoints:
  - dnsName: app.example.com
    recordType: CNAME
    recordTTL: 300
    targets: [lb.example.com]
    providerSpecific: [{name: a, value: b}]
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: app}
spec:
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: app}
  minReplicaCount: 1
  maxReplicaCount: 5
  triggers: [{type: cpu, metricType: Utilization, metadata: {value: "60"}}]
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: app}
spec:
  targetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: app}
  updatePolicy: {updateMode: "Off"}
  resourcePolicy: {containerPolicies: [{containerName: "*", minAllowed: {cpu: 100m}, controlledResources: [cpu]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: gw, sectionName: https}]
  hostnames: [app.example.com]
  rules:
  - matches: [{path: {type: PathPrefix, value: /}, headers: [{name: a, value: b}]}]
    timeouts: {request: 10s}
    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: a, value: b}]}}]
    backendRefs: [{name: app-stable, port: 80, weight: 100}, {name: app-canary, port: 80, weight: 0}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  endpoints:
  - {port: http, interval: 30s, path: /metrics, relabelings: [{action: replace, sourceLabels: [a], targetLabel: b}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: app}
spec:
  groups: [{name: app, interval: 1m, rules: [{alert: Down, expr: up == 0, for: 5m, labels: {severity: page}}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: 2
  progressDeadlineSeconds: 60
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app, version: "1"}}
    spec:
      restartPolicy: Always
      terminationGracePeriodSeconds: 30
      securityContext: {runAsUser: 1000, fsGroup: 1000, seccompProfile: {type: RuntimeDefault}}
      tolerations: [{key: a, operator: Exists, effect: NoSchedule}]
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 100, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: app}}}}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
      initContainers: [{name: init, image: init:1, command: ["true"]}]
      volumes: [{name: conf, configMap: {name: conf, items: [{key: a, path: a}]}}, {name: tmp, emptyDir: {}}]
      containers:
      - name: app
        image: app:1
        imagePullPolicy: IfNotPresent
        env: [{name: A, value: "1"}, {name: B, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
        envFrom: [{configMapRef: {name: conf}}]
        ports: [{containerPort: 80, name: http, protocol: TCP}]
        volumeMounts: [{name: conf, mountPath: /conf}, {name: tmp, mountPath: /tmp}]
        livenessProbe: {httpGet: {path: /, port: http, scheme: HTTP}, periodSeconds: 5}
        readinessProbe: {exec: {command: [a]}, failureThreshold: 2}
        lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
        securityContext: {capabilities: {drop: [ALL]}, runAsNonRoot: true}
        resources: {limits: {cpu: 0.5, memory: 1Gi}, requests: {cpu: 100m}}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec:
  type: ClusterIP
  selector: {app: app}
  ports: [{name: http, port: 80, targetPort: http}, {name: dns, port: 80, protocol: UDP, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app}
spec:
  ingressClassName: nginx
  tls: [{hosts: [app.example.com], secretName: app}]
  rules:
  - host: app.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {name: http}}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app}
spec:
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: app}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
  behavior: {scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: Pods, value: 1, periodSeconds: 60}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: app}
spec: {minAvailable: 50%, selector: {matchLabels: {app: app}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {a.yaml: "a: 1"}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
type: Opaque
data: {k: YQ==}
stringData: {l: text}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: app}
imagePullSecrets: [{name: pull}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "app:read"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: app}
subjects: [{kind: ServiceAccount, name: app, namespace: default}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: app}
spec:
  schedule: "0 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 1
      template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db, volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: app}
spec:
  podSelector: {matchLabels: {app: app}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {}}], ports: [{protocol: TCP, port: 80}]}]
"""

_OTHERS: tuple[Any, ...] = ("text", "", "Not A Name!", 7, -1, 70000, 1.5, True, [], {}, ["text"], {"strange": 1}, [{}])


def good_objects() -> list[dict[str, Any]]:
    """Objects that the API server takes."""
    return [document.body for document in load_documents(GOOD)]


def manifest(body: Mapping[str, Any]) -> Manifest:
    """`body` as a manifest."""
    return Manifest(ref_of(body), body)


def mutants(body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what was done, object) for every place of `body`: each field left out, misspelt, doubled or of another kind.
    What names the object (apiVersion, kind) stays."""
    for at, value in _places(body):
        if at[0] in ("apiVersion", "kind"):
            continue
        yield f"{at} left out", _changed(body, at, drop=True)
        for other in _OTHERS:
            if other != value or type(other) is not type(value):
                yield f"{at} = {other!r}", _changed(body, at, to=other)
        if isinstance(value, dict):
            yield f"{at} + field", _changed(body, at, to={**value, "unheardOf": 1})
        if isinstance(value, list) and value:
            yield f"{at} twice", _changed(body, at, to=[*value, copy.deepcopy(value[0])])


def _places(node: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in steps:
        yield (*at, step), value
        yield from _places(value, (*at, step))


def _changed(body: Mapping[str, Any], at: Path, *, to: Any = None, drop: bool = False) -> dict[str, Any]:
    out: dict[str, Any] = copy.deepcopy(dict(body))
    node: Any = out
    for step in at[:-1]:
        node = node[step]
    if drop:
        del node[at[-1]]
    else:
        node[at[-1]] = to
    return out
