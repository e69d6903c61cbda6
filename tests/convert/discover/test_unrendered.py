"""Documents that no value set renders but that name the Service."""

from __future__ import annotations

from rolloutgen.convert.discover.unrendered import unseen_sites, unseen_virtual_services
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.kube.release import VIRTUAL_SERVICE

from .small import found_in

HIDDEN = """\
{{- if eq .Release.Name "never" }}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web.example.org]
  http:
    - route:
        - destination:
            host: {{ .Release.Name }}-web
{{- end }}
"""


def test_a_route_that_no_value_set_renders(embedded: EmbeddedEngine) -> None:
    found = found_in(embedded, {"templates/route.yaml": HIDDEN})
    assert [site.id for site in unseen_sites(found.sources, found.renders, (VIRTUAL_SERVICE,))] == [
        "templates/route.yaml#0"
    ]
    assert list(unseen_virtual_services(found.workloads[0].services, found.sources, found.renders)) == [
        "templates/route.yaml#0"
    ]


def test_the_route_of_another_service_is_none_of_it(embedded: EmbeddedEngine) -> None:
    found = found_in(embedded, {"templates/route.yaml": HIDDEN.replace("-web", "-website")})
    assert not unseen_virtual_services(found.workloads[0].services, found.sources, found.renders)


def test_what_is_rendered_is_not_unseen(embedded: EmbeddedEngine) -> None:
    found = found_in(embedded, {"templates/route.yaml": HIDDEN.replace('eq .Release.Name "never"', "true")})
    assert not unseen_sites(found.sources, found.renders, (VIRTUAL_SERVICE,))
