"""Which file of templates/ an object goes to: the guide's names, or those of the house."""

from __future__ import annotations

from collections.abc import Mapping

GUIDE: Mapping[str, str] = {
    "rollout": "rollout.yaml",
    "services": "services.yaml",
    "gateway": "gateway.yaml",
    "virtualservice": "virtualservice.yaml",
    "dnsendpoint": "dnsendpoint.yaml",
    "certificate": "cert.yaml",
    "autoscaler": "hpa.yaml",
    "destinationrule": "destinationrule.yaml",
    "ingress": "ingress.yaml",
    "analysistemplate": "analysistemplate.yaml",
}
KINDS: Mapping[str, str] = {
    "Deployment": "rollout",
    "Service": "services",
    "Gateway": "gateway",
    "VirtualService": "virtualservice",
    "DNSEndpoint": "dnsendpoint",
    "Certificate": "certificate",
    "HorizontalPodAutoscaler": "autoscaler",
    "DestinationRule": "destinationrule",
    "Ingress": "ingress",
    "AnalysisTemplate": "analysistemplate",
}


def file_name(what: str, files: Mapping[str, str]) -> str:
    """The name of the file for `what`, a key of GUIDE; `files` are those that the house names."""
    return files.get(what) or GUIDE[what]
