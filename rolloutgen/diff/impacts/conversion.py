"""A Deployment becomes a Rollout: the first deployment needs a cutover.

Why: The upgrade deletes the Deployment in the second in which it creates the Rollout; its pods end before the new
    ones are ready. A difference that the conversion does not explain came along with it and deserves a look of its
    own.
Fix: Follow the cutover: keep the live Deployment, upgrade, wait until the Rollout has as many pods, delete the
    Deployment. Deploy other changes before or after it.
Source: Seen on a real API server with argo-rollouts 1.10.0, Helm 3 and Helm 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.diff.pod_changes import reasons
from rolloutgen.kube.pods import same
from rolloutgen.kube.release import ROLLOUT, SERVICE
from rolloutgen.kube.tree import mapping, path_text
from rolloutgen.model import Observation

_OUTAGE = "was a Deployment: an outage unless it is prepared; follow the cutover. Its first deployment skips all steps"


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for old, new in sides.pairs(ROLLOUT):
        if old.ref.kind != "Deployment":
            continue
        yield Observation(new, (), _OUTAGE, severity="warning")
        before, after = mapping(old.body, "spec", "template"), mapping(new.body, "spec", "template")
        if not same(before, after):
            yield Observation(
                new,
                (),
                f"its pods change in the same deployment, without a canary: {reasons(sides, before, after, new)}",
                severity="warning",
            )
    conversion = sides.conversion
    if not conversion.moved:
        return
    for change in sides.changed(SERVICE):
        if change.action == "renamed" and change.before is not None:
            old_name, new_name = code(change.before.ref.name), code(change.ref.name)
            message = f"Service {old_name} is {new_name} now: clients outside the release find nothing by the old name"
            yield Observation(change.after, (), message, severity="warning")
    subject = next((new for old, new in sides.pairs(ROLLOUT) if old.ref.kind == "Deployment"), None)
    if conversion.unexplained is None:
        yield Observation(
            subject,
            (),
            f"whether the conversion explains every difference cannot be said: {conversion.why}",
            severity="info",
        )
    elif conversion.unexplained:
        places = [code(f"{d.ref} {path_text(d.at)}".strip(), longest=90) for d in conversion.unexplained]
        number = len(places)
        what = "difference that the conversion does" if number == 1 else "differences that the conversion does"
        yield Observation(subject, (), f"{number} {what} not explain: {listed(places, 3)}", severity="error")


_DEPLOYMENT = 'kind: Deployment\nspec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}'
_ROLLOUT = _DEPLOYMENT.replace("Deployment", "Rollout")

IMPACT = Impact(
    code="conversion",
    severity="warning",
    order=0,
    observe=_observe,
    example=ImpactExample(_DEPLOYMENT, _ROLLOUT, ("was a Deployment", "cutover")),
    counterexample=ImpactExample(_ROLLOUT, _ROLLOUT.replace("web:1", "web:2")),
)
