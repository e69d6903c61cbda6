"""`rolloutgen init`: a rolloutgen.yaml from what the charts of a repository show."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from rolloutgen.config.effective import text_of
from rolloutgen.config.files import house_of, key_paths, read_file
from rolloutgen.config.options import settle
from rolloutgen.goyaml import load
from rolloutgen.scaffold.repository_config import SCHEMA_NAME, Inventory, entries_of

from .conftest import Run, bytes_of

GATEWAY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web}
spec:
  selector: {istio: {{ .Values.selector }}}
  servers:
    - {hosts: ["{{ .Values.host }}", "*.x"], port: {number: 443}, tls: {credentialName: web}}
"""
CERTIFICATE = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web, namespace: {{ .Values.edge }}}
spec:
  secretName: web
  issuerRef: {name: {{ .Values.issuer | quote }}, kind: ClusterIssuer}
---
apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata: {name: web}
spec:
  endpoints: [{dnsName: "{{ .Values.host }}", recordTTL: 120, targets: ["{{ .Values.target }}"]}]
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
    external-dns.alpha.kubernetes.io/target: 192.0.2.1
spec:
  rules: [{host: api.shop.org}]
"""
VALUES = "selector: edge\nhost: web.shop.org\nedge: istio-edge\nissuer: letsencrypt\ntarget: 192.0.2.1\n"


def chart(root: Path, name: str, files: dict[str, str]) -> Path:
    texts = {"Chart.yaml": f"apiVersion: v2\nname: {Path(name).name}\nversion: 1.0.0\n", **files}
    for path, content in texts.items():
        (root / name / path).parent.mkdir(parents=True, exist_ok=True)
        (root / name / path).write_text(content)
    return root / name


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    templates = {"templates/gateway.yaml": GATEWAY, "templates/cert.yaml": CERTIFICATE, "values.yaml": VALUES}
    sandbox = "host: web.sandbox.shop.org\ntarget: 192.0.2.9\n"
    chart(tmp_path, "charts/one", {**templates, "values-sandbox.yaml": sandbox})
    chart(tmp_path, "charts/two", {**templates, "values.yaml": VALUES.replace("edge\nhost", "other\nhost")})
    chart(tmp_path, "charts/three", {"templates/ingress.yaml": INGRESS})
    chart(tmp_path, "charts/broken", {"templates/x.yaml": "{{ required `no` .Values.x }}"})
    (tmp_path / "apps").mkdir()
    application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
    (tmp_path / "apps/web.yaml").write_text(application)
    (tmp_path / "apps/api.yaml").write_text(application)
    (tmp_path / "helmfile.yaml").write_text("releases: []\n---\n{{ a template }}\n")
    (tmp_path / "gateway.yaml").write_text(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nspec: {selector: {istio: edge}}\n"
    )
    return tmp_path


def test_the_most_common_holds_and_the_rest_is_told(run: Run, repository: Path) -> None:
    result = run("init", repository)
    assert result.exit_code == 0, result.output
    text = (repository / "rolloutgen.yaml").read_text()
    options = settle(house_of(str(repository / "charts/one")).options())
    assert options.house.gateway_selector == {"istio": "edge"}
    assert "selector:  # seen in 2\n" in text and '# also seen: {"istio": "other"} (1)' in text
    assert options.house.gateway_namespace == "istio-edge"
    assert options.house.issuer == {"name": "letsencrypt", "kind": "ClusterIssuer"}
    assert "issuer:  # seen in 3\n" in text, "two certificates and an ingress"
    assert options.house.dns_targets == ("192.0.2.1",) and options.house.dns_ttl == 120
    assert options.house.domain == "shop.org" and options.deployer == "argocd"
    assert "# also seen: helmfile (helmfile.yaml)" in text
    assert "# 1 chart could not be rendered: charts/broken" in text


def test_an_environment_has_what_differs_there(run: Run, repository: Path) -> None:
    assert run("init", repository).exit_code == 0
    body = load((repository / "rolloutgen.yaml").read_text())
    assert body["environments"] == {"sandbox": {"domain": "sandbox.shop.org", "dns": {"targets": ["192.0.2.9"]}}}


def test_editors_find_the_schema(run: Run, repository: Path) -> None:
    run("init", repository)
    first = (repository / "rolloutgen.yaml").read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA_NAME}"
    assert (repository / SCHEMA_NAME).read_text() == run("config", "--schema").output
    assert "additionalProperties" in json.loads((repository / SCHEMA_NAME).read_text())


def test_what_is_there_stays_without_force(run: Run, repository: Path) -> None:
    (repository / "rolloutgen.yaml").write_text("bump: none\n")
    before = bytes_of(repository)
    result = run("init", repository)
    assert result.exit_code == 2 and "--force" in result.output and bytes_of(repository) == before
    printed = run("init", repository, "--dry-run")
    assert printed.exit_code == 0 and bytes_of(repository) == before
    assert run("init", repository, "--force").exit_code == 0
    assert (repository / "rolloutgen.yaml").read_text() == printed.output


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_replaced_not_followed(run: Run, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "file"
    elsewhere.write_text("mine\n")
    (repository / "rolloutgen.yaml").symlink_to(elsewhere)
    assert run("init", repository).exit_code == 2
    assert run("init", repository, "--force").exit_code == 0
    assert elsewhere.read_text() == "mine\n" and not (repository / "rolloutgen.yaml").is_symlink()


def test_a_directory_in_its_place_is_told(run: Run, repository: Path) -> None:
    (repository / "rolloutgen.yaml").mkdir()
    result = run("init", repository, "--force")
    assert result.exit_code == 2 and "directory" in result.output


def test_what_a_chart_renders_cannot_break_the_file(run: Run, tmp_path: Path) -> None:
    evil = "a\\n# x: y\\nbump: none\\e[31m"
    values = VALUES.replace("issuer: letsencrypt", f'issuer: "{evil}"').replace("edge: istio-edge", 'edge: "no/such"')
    chart(
        tmp_path,
        "web",
        {
            "templates/cert.yaml": CERTIFICATE.replace("{{ .Values.edge }}", "{{ .Values.edge | quote }}"),
            "values.yaml": values,
        },
    )
    result = run("init", tmp_path, "--dry-run")
    assert "\x1b" not in result.output
    body = load(result.output)
    assert "bump" not in body and "gateway" not in body, "a namespace of that name there is not"


def test_an_empty_folder_gives_a_file_of_comments(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path).exit_code == 0
    assert load((tmp_path / "rolloutgen.yaml").read_text()) is None
    assert run("config", tmp_path).exit_code == 0
    assert run("init", tmp_path / "nowhere").exit_code == 2


def test_what_hardly_any_chart_has_is_a_comment_only() -> None:
    seen = {("domain",): Counter({'"rare.org"': 1})}
    (rare,) = entries_of(("domain",), Inventory(charts=50, seen=seen))
    (known,) = entries_of(("domain",), Inventory(charts=5, seen=seen))
    assert rare.off and not known.off and rare.value == "rare.org"


@pytest.mark.parametrize("at", list(key_paths()), ids=".".join)
def test_a_key_that_is_a_comment_holds_when_the_mark_is_taken_off(at: tuple[str, ...], tmp_path: Path) -> None:
    from dataclasses import replace

    (entry,) = entries_of(at, Inventory())
    assert entry.off
    path = tmp_path / "rolloutgen.yaml"
    path.write_text(text_of([replace(entry, off=False)]))
    assert read_file(str(path), "x")
