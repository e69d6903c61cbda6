"""The first deployment of a converted chart: what to run so that no pod is missed, for one release and its deployer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rolloutgen.config.options import Deployer, Options
from rolloutgen.convert.cutover.facts import CutoverFacts, facts_of
from rolloutgen.convert.pipeline import Plan

KEEP = "helm.sh/resource-policy=keep"
_TITLES = {
    "helm3": "Helm 3",
    "helm4": "Helm 4",
    "helmfile": "Helmfile",
    "argocd": "Argo CD",
    "flux": "Flux",
}


@dataclass(frozen=True, slots=True)
class CutoverStep:
    """One step: what is done, the commands or the text to paste, and why."""

    title: str
    commands: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Cutover:
    """The steps for one deployer, in order."""

    deployer: Deployer
    title: str
    steps: tuple[CutoverStep, ...]


def cutovers(plan: Plan, options: Options, chart: str) -> tuple[Cutover, ...]:
    """The cutover for the deployer of `options`; for Helm 3 and Helm 4 when it is not known.

    `chart` is the path that the commands name. Empty for a plan that converts nothing. The commands are for a POSIX
    shell in which RELEASE and NAMESPACE are set; the first step sets them.
    """
    facts = facts_of(plan)
    if facts is None:
        return ()
    wanted: tuple[Deployer, ...] = (options.deployer,) if options.deployer else ("helm3", "helm4")
    return tuple(Cutover(deployer, _TITLES[deployer], tuple(_steps(facts, deployer, chart))) for deployer in wanted)


def _steps(facts: CutoverFacts, deployer: Deployer, chart: str) -> Iterator[CutoverStep]:
    yield CutoverStep(
        "Say which release",
        ("RELEASE=my-release NAMESPACE=my-namespace", *_full_name(facts), _existing(facts)),
        "What the last command does not find has another name in your release (nameOverride, fullnameOverride): "
        "`kubectl get deployment` lists them.",
    )
    yield from _checks(facts)
    yield from _clients(facts)
    if deployer == "argocd" and facts.scaled:
        yield CutoverStep(
            "Give the Rollout the live number of pods",
            (
                f'kubectl -n "$NAMESPACE" get deployment {_quoted(facts.scaled)} -o '
                "custom-columns=NAME:.metadata.name,PODS:.spec.replicas",
                *(f"# in the values of this environment:  {key}: <that number>" for key in facts.replicas_keys),
            ),
            "Argo CD renders without looking at the cluster, so the Rollout would start with the autoscaler's minimum. "
            "Take the line out after the cutover.",
        )
    yield _keep(facts, deployer)
    yield from _upgrade(facts, deployer, chart)
    for name in facts.deployments:
        yield CutoverStep(
            f"Wait until Rollout {name} is healthy and has as many pods",
            (f'kubectl argo rollouts status "{name}" -n "$NAMESPACE" --timeout 10m', _pods(name)),
            "Both run side by side until here. The Services turn to the Rollout's pods as soon as they are "
            "available, so it "
            "needs at least as many as the Deployment before the Deployment goes.",
        )
    yield CutoverStep(
        "Delete the Deployment",
        (
            *(f'kubectl -n "$NAMESPACE" delete deployment "{name}"' for name in facts.deployments),
            *(f'kubectl -n "$NAMESPACE" delete {kind} "{name}"' for kind, name in facts.configs),
        ),
        "It was kept for the cutover only; its pods serve nobody any more.",
    )
    if deployer == "argocd":
        yield _ignore_differences(facts)
    yield from _old_versions(facts)
    yield from _back(facts, deployer)


def _full_name(facts: CutoverFacts) -> Iterator[str]:
    if facts.left_away:
        name = facts.left_away
        yield f'case "$RELEASE" in *{name}*) FULLNAME="$RELEASE" ;; *) FULLNAME="$RELEASE-{name}" ;; esac'


def _existing(facts: CutoverFacts) -> str:
    return f'kubectl -n "$NAMESPACE" get deployment {_quoted(facts.deployments)}'


def _checks(facts: CutoverFacts) -> Iterator[CutoverStep]:
    yield CutoverStep(
        "Check that there is room for twice the pods",
        (
            'kubectl -n "$NAMESPACE" get resourcequota,limitrange',
            "kubectl describe nodes | grep -A 6 'Allocated resources'",
        ),
        "Deployment and Rollout run side by side for a few minutes.",
    )
    for trouble in facts.troubles:
        yield CutoverStep(trouble.title, trouble.commands, trouble.why)
    commands = ["kubectl get crd rollouts.argoproj.io", "kubectl get pods -A -l app.kubernetes.io/name=argo-rollouts"]
    for resource, namespace in facts.rights:
        commands += [f"kubectl auth can-i create {resource} -n {namespace}"]
    yield CutoverStep(
        "Check the controller and your rights",
        tuple(commands),
        "The controller must run, and whoever deploys must be allowed to create the new kinds; Certificates go into "
        "the "
        "namespace of the ingress gateway."
        if facts.certificates
        else "The controller must run, and whoever deploys must be allowed to create the new kinds.",
    )


def _clients(facts: CutoverFacts) -> Iterator[CutoverStep]:
    for old, new in facts.gone_services:
        yield CutoverStep(
            f"Find clients outside the release that use Service {old}",
            (
                "kubectl get ingress,virtualservice,destinationrule,httproute,servicemonitor,configmap -A -o yaml "
                f'2>/dev/null | grep -nwF "{old}"',
                f'kubectl -n "$NAMESPACE" annotate service "{old}" {KEEP}',
            ),
            f"The name {old} goes with the upgrade; it is {new} from then on. With the annotation the old Service "
            "stays, "
            "past the weights, until its clients have moved: then delete it.",
        )


def _keep(facts: CutoverFacts, deployer: Deployer) -> CutoverStep:
    why = "Without it the upgrade deletes the Deployment in the second in which it creates the Rollout: an outage."
    annotation = "argocd.argoproj.io/sync-options=Prune=false" if deployer == "argocd" else KEEP
    commands = [f'kubectl -n "$NAMESPACE" annotate deployment "{name}" {annotation}' for name in facts.deployments]
    if facts.configs:
        commands += [f'kubectl -n "$NAMESPACE" annotate {kind} "{name}" {annotation}' for kind, name in facts.configs]
        why += " Its pods read the ConfigMaps and Secrets under their old names until they end."
    if deployer == "flux":
        commands.insert(0, 'flux suspend helmrelease "$RELEASE" -n "$NAMESPACE"')
    return CutoverStep("Keep the live Deployment", tuple(commands), why)


def _upgrade(facts: CutoverFacts, deployer: Deployer, chart: str) -> Iterator[CutoverStep]:
    upgrade = f'helm upgrade "$RELEASE" {chart} -n "$NAMESPACE" --reset-then-reuse-values'
    reuse = (
        "--reset-then-reuse-values keeps the release's values and brings the new defaults; --reuse-values would not."
    )
    if deployer == "helm3":
        yield CutoverStep(
            "Upgrade (Helm 3.14 or newer), without --wait and --atomic",
            (upgrade,),
            f"{reuse} Helm's --wait does not know Rollouts.",
        )
    elif deployer == "helm4":
        yield CutoverStep(
            "Upgrade without --wait, --atomic and --rollback-on-failure",
            (f"{upgrade} --server-side=false",),
            f"{reuse} Helm 4 never sees a Rollout as ready, so --wait would mark the release failed. With "
            "server-side apply "
            "every later upgrade would conflict with what the controller owns (selectors, weights); once without it is "
            "enough, later upgrades follow.",
        )
    elif deployer == "helmfile":
        yield CutoverStep(
            "Deploy with `wait: false` and `atomic: false`",
            ('helmfile -l name="$RELEASE" apply    # with Helm 4: --args "--server-side=false"',),
            "Helm's --wait does not know Rollouts: with Helm 4 it marks the release failed. With Helm 4's "
            "server-side apply "
            "every later upgrade would conflict with what the controller owns.",
        )
    elif deployer == "argocd":
        yield CutoverStep(
            "Merge, and sync",
            ('argocd app sync "$RELEASE"',),
            "The application is assumed to be called like the release.",
        )
    else:
        yield CutoverStep(
            "Set in the HelmRelease, merge, and resume",
            (
                "spec:\n  upgrade:\n    disableWait: true\n    serverSideApply: disabled    # Flux 2.8 and newer",
                'flux resume helmrelease "$RELEASE" -n "$NAMESPACE"',
            ),
            "The wait never sees a Rollout as ready, and remediation would roll back; server-side apply, which Flux "
            "forces, would take the controller's hash off the Services and set the weights back at every upgrade.",
        )


def _old_versions(facts: CutoverFacts) -> Iterator[CutoverStep]:
    """How ConfigMaps and Secrets that nobody reads any more are found: neither Helm nor Argo CD deletes them."""
    if not facts.configs:
        return
    names = "|".join(dict.fromkeys(name for _, name in facts.configs))
    yield CutoverStep(
        "Now and then: find versions of ConfigMaps and Secrets that nothing names any more, and delete them",
        (
            f'kubectl -n "$NAMESPACE" get configmap,secret -o name | grep -E "/({names})-[0-9a-f]{{8}}\\$" |\n'
            "  while read -r object; do\n"
            '    kubectl -n "$NAMESPACE" get replicasets,statefulsets,daemonsets,cronjobs,jobs,pods -o yaml |\n'
            '      grep -qF "${object#*/}" || echo "$object"\n'
            "  done",
        ),
        "Helm and Argo CD keep every version, also after an uninstall: a ReplicaSet to go back to needs its own.",
    )


def _ignore_differences(facts: CutoverFacts) -> CutoverStep:
    lines = ["spec:", "  ignoreDifferences:"]
    for name in facts.virtual_services:
        lines += [
            "  - group: networking.istio.io",
            "    kind: VirtualService",
            f"    name: {name}",
            "    jqPathExpressions:",
            "    - .spec.http[].route[].weight",
        ]
    for name in facts.scaled:
        lines += [
            "  - group: argoproj.io",
            "    kind: Rollout",
            f"    name: {name}",
            "    jsonPointers:",
            "    - /spec/replicas",
        ]
    lines += ["  syncPolicy:", "    syncOptions:", "    - RespectIgnoreDifferences=true"]
    return CutoverStep(
        "Paste into the Application",
        ("\n".join(lines),),
        "The controller moves the weights and the autoscaler the replicas; without this a sync in the middle of a "
        "rollout "
        "sets them back. An entry for group apps, kind Deployment no longer matches.",
    )


def _back(facts: CutoverFacts, deployer: Deployer) -> Iterator[CutoverStep]:
    old = facts.old_version
    again = {
        "argocd": '# revert the merge, then:  argocd app sync "$RELEASE"',
        "flux": '# revert the merge, then:  flux reconcile helmrelease "$RELEASE" -n "$NAMESPACE"',
        "helmfile": 'helmfile -l name="$RELEASE" apply    # with the old chart version in helmfile.yaml',
        "helm4": f'helm upgrade "$RELEASE" CHART-{old} -n "$NAMESPACE" --reset-then-reuse-values --server-side=false',
    }.get(deployer, f'helm upgrade "$RELEASE" CHART-{old} -n "$NAMESPACE" --reset-then-reuse-values')
    annotation = "argocd.argoproj.io/sync-options=Prune=false" if deployer == "argocd" else KEEP
    keep = [f'kubectl -n "$NAMESPACE" annotate rollout "{name}" {annotation}' for name in facts.deployments]
    wait = [
        command
        for name in facts.deployments
        for command in (f'kubectl -n "$NAMESPACE" rollout status "deployment/{name}" --timeout 10m', _pods(name))
    ]
    delete = [f'kubectl -n "$NAMESPACE" delete rollout "{name}"' for name in facts.deployments]
    yield CutoverStep(
        "The way back, at any time",
        (*keep, again, *wait, *delete),
        "The same in the other direction: the Rollout stays until the Deployment is ready with as many pods "
        "(`kubectl scale` it "
        "where it has fewer). Deploy the old chart version "
        "again rather than `helm rollback`, which does not find the kept Deployment in its history.",
    )


def _pods(name: str) -> str:
    columns = "KIND:.kind,WANTED:.spec.replicas,AVAILABLE:.status.availableReplicas"
    return f'kubectl -n "$NAMESPACE" get "deployment/{name}" "rollout/{name}" -o custom-columns={columns}'


def _quoted(names: tuple[str, ...]) -> str:
    return " ".join(f'"{name}"' for name in names)
