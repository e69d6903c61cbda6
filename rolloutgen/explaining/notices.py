"""What is to be known of findings that are neither lint rules nor audits: the texts of `rolloutgen explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .refusals import Explained

FINDINGS: Mapping[str, Explained] = {
    "analysis-left-out": Explained(
        "A workload has no analysis although one was asked for.",
        "The analysis asks for what Istio measured of the canary Service; a workload without a Service has none.",
        "Nothing, if it serves no requests; else give it a Service.",
    ),
    "bare-service-name": Explained(
        "A text equals the old Service's name.",
        "It may mean the Service, or a label or another object of the same name; the text alone does not tell.",
        "Where it means the Service, write the stable one's name.",
    ),
    "config-not-versioned": Explained(
        "A ConfigMap or Secret of the pods keeps its name under --config-by-version.",
        "What is made anew at every render, filled by somebody else, known by its name to others, or read before the "
        "new name exists cannot have a name by version. Old pods then see its new content too.",
        "Change it only in a way that both versions can read, or take out what ties it to its name.",
    ),
    "dependency-left-out": Explained(
        "A dependency is not in charts/ and was left out of both sides.",
        "The comparison holds without it. The new chart renders as the old one does once it is there.",
        "Run `helm dependency build` to have it compared as well.",
    ),
    "deployment-in-dependency": Explained(
        "A dependency renders a Deployment too.",
        "It stays a Deployment: a conversion changes this chart alone.",
        "Convert that chart itself, if it shall roll out the same way.",
    ),
    "no-hosts-in-loop": Explained(
        "A loop makes several workloads of one text, so none of them gets hosts of its own.",
        "Hosts stand in the values by workload, under a key from the source; all turns of a loop share one. Weights "
        "still move within the mesh: each VirtualService binds to `mesh` with the stable Service's name.",
        "Write the workloads one by one, or route a host to the stable and one to the canary Service yourself.",
    ),
    "null-in-custom-resource": Explained(
        "The pod template renders a null.",
        "A Deployment takes it for an absent field; under server-side apply the API server refuses a Rollout with it.",
        "Put the key inside the condition of its body, such as `{{- with .Values.env }}` above `env:`.",
    ),
    "no-object": Explained(
        "A file holds no object, or none came in.",
        "Nothing in it has apiVersion and kind, so nothing in it was checked: values, a kustomization, a list of jobs. "
        "A stream without an object may be all that a program wrote before it failed.",
        "Nothing, if it is none; else write apiVersion and kind, or look at the program before.",
    ),
    "reference-elsewhere": Explained(
        "A file outside the chart names a Service that the conversion renames.",
        "Other charts, values and manifests reach the Service by its name; under the old one nothing answers.",
        "Write the stable Service's name there when the new chart goes out, or convert with --service-names keep.",
    ),
    "second-opinion": Explained(
        "The program kubeconform and rolloutgen disagree about an object.",
        "Both were given the same document and the same schemas. rolloutgen also knows rules that no schema can say "
        "(CEL, keys of lists, nulls), so it may refuse more; what it takes and kubeconform refuses deserves a look.",
        "Read both messages; --exclude second-opinion once it is understood.",
    ),
    "service-name-kept": Explained(
        "The stable Service keeps the old Service's name.",
        "A node port, a load balancer or a fixed address cannot move to a Service of another name in one upgrade: Helm "
        "creates the new one before it deletes the old. And what calls a webhook, or checks a certificate, knows the "
        "old name.",
        "Nothing has to be done. To rename it all the same: --service-names suffix.",
    ),
}

# Which texts are (also) those of `validate`, by id.
IN_CHECKS: Mapping[str, Literal["only", "also"]] = {
    "dependency-left-out": "also",
    "dependency-missing": "also",
    "does-not-render": "also",
    "no-object": "only",
    "not-readable": "also",
    "second-opinion": "only",
    "too-much": "also",
}
