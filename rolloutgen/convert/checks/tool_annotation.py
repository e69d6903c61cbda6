"""The workload carries an annotation for a tool that may not act on Rollouts.

Why: Such tools watch Deployments; without a setting, or at all, they pass a Rollout over in silence.
Fix: Give the tool the setting that the finding names, or do without it.
Source: The documentation of each tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import mapping
from rolloutgen.model import Observation

_RELOADER = "Start Reloader with --is-Argo-Rollouts=true; each reload is a canary then."
# The start of the annotation, the tool, and what to do.
_TOOLS = (
    ("reloader.stakater.com/", "Reloader", _RELOADER),
    ("configmap.reloader.stakater.com/", "Reloader", _RELOADER),
    ("secret.reloader.stakater.com/", "Reloader", _RELOADER),
    ("keel.sh/", "Keel", "Keel does not know Rollouts: let Argo CD Image Updater or the pipeline set the tag."),
    ("downscaler/", "kube-downscaler", "Start kube-downscaler with rollouts among its --include-resources."),
    ("wave.pusher.com/", "Wave", "Wave does not know Rollouts: put a checksum of the files into the pod template."),
    ("secrets.doppler.com/", "the Doppler operator", "It restarts Deployments only: restart the Rollout yourself."),
    (
        "image.openshift.io/triggers",
        "OpenShift's triggers",
        "They pass Rollouts over: let the pipeline set the image.",
    ),
    ("fluxcd.io/", "Flux 1", "Flux 1 does not know Rollouts: use Flux 2's image automation on the values."),
    ("flagger.app/", "Flagger", "Flagger and Argo Rollouts do the same work: leave one of them."),
    ("deployment.kubernetes.io/", "the Deployment controller", "It means nothing on a Rollout: take it out."),
)


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        rollout = pair.rollout(target)
        if rollout is None:
            continue
        for path in (("metadata", "annotations"), ("spec", "template", "metadata", "annotations")):
            told: set[str] = set()
            for key in mapping(rollout.body, *path):
                for start, tool, hint in _TOOLS:
                    if str(key).startswith(start) and tool not in told:
                        told.add(tool)
                        message = f"{key} is for {tool}, which may not act on a Rollout"
                        yield Observation(rollout, (*path, key), message, hint=hint)


CHECK = Check(code="tool-annotation", severity="warning", objects=_spots)
