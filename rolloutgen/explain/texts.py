"""What is to be known of every refusal of `convert`: the texts of `rolloutgen explain`.

What is to be known of findings that are neither lint rules nor audits: the texts of `rolloutgen explain`.

Why an edit is made: the reasons that rewrites give, in words. `convert --explain` and `explain` print them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Explained:
    """One id in words: what it says of a chart, why that stops (or concerns) a conversion, and the way out."""

    what: str
    why: str
    fix: str


_NOT_YET = "This is work that rolloutgen does not do yet, not a fault of the chart."

REFUSALS: Mapping[str, Explained] = {
    "ambiguous-service": Explained(
        "Several Services select the workload's pods.",
        "One of them carries the public traffic and is split into stable and canary; the others must stay whole. "
        "Which one "
        "is not said by an Ingress or a route, nor by the workload's name.",
        "Name it: --service NAME, as a render with the default values shows it.",
    ),
    "api-version-not-found": Explained(
        "The Deployment's apiVersion is not a key of its template.",
        "It must become argoproj.io/v1alpha1 in the source, and comes from a text that is not at hand.",
        "Write `apiVersion: apps/v1` above `kind: Deployment`.",
    ),
    "autoscaler-in-loop": Explained(
        "The autoscaler stands in a define that its Deployment does not share, or reads what only its place knows.",
        "The Rollout's replicas must stay within the autoscaler's bounds, so its template has to read them too.",
        "Write it beside its Deployment: in the same loop, or in a define that is called with the same.",
    ),
    "autoscaler-not-readable": Explained(
        "The autoscaler's minimum or maximum is not written as one value.",
        "The Rollout's replicas must stay within these bounds, so its template has to repeat them.",
        "Write minReplicas and maxReplicas as one value each, or choose --replicas omit.",
    ),
    "blue-green-needs-service": Explained(
        "A workload without a Service was to become a blue-green Rollout.",
        "Blue-green switches the active Service from the old pods to the new ones; without a Service nothing is "
        "switched.",
        "Choose --strategy canary, or render the Service under every value.",
    ),
    "condition-in-loop": Explained(
        "The condition of the traffic Service depends on its place in a loop or `with`.",
        "The Rollout names its Services only where they are rendered, so it has to repeat that condition.",
        "Put a plain condition on values around the Service.",
    ),
    "converted-otherwise": Explained(
        "The chart is converted already, and the options ask for something else than its record says.",
        "A conversion starts from Deployments; it does not change one strategy of a Rollout into another.",
        "Convert the chart as it was before, from version control, with the options wanted now.",
    ),
    "define-without-root": Explained(
        "The define that holds the Deployment or Service is called without the root context.",
        "The new text reads values, which are reached from the root alone: it is looked for in the dict or list that "
        "every call hands over, and in the variables of the define.",
        "Call it with `.` or `$`, or hand the root over in the dict or list.",
    ),
    "dependency-missing": Explained(
        "A template includes a define of a dependency that is not in charts/.",
        "Without it neither the old chart nor the new one renders, so nothing could be proven.",
        "Run `helm dependency build` in the chart, then convert.",
    ),
    "deployment-in-dependency": Explained(
        "The Deployment comes from a dependency.",
        "Its source belongs to another chart, which may be used elsewhere; a conversion changes only this one.",
        "Convert that chart itself and use its new version here, or take its templates into this chart.",
    ),
    "deployment-not-in-source": Explained(
        "The Deployment is rendered from a library chart, as a printed item of a List, or from a text put together.",
        "There is no place in this chart's templates that could become a Rollout.",
        "Convert the library, or write the Deployment as a document of its own in this chart.",
    ),
    "destination-rule-not-readable": Explained(
        "A DestinationRule of the traffic Service is not written out in its template.",
        "The canary gets a twin of it, or its traffic would lose the policy (TLS, connection pools, load balancing).",
        "Write its name and host in one line each, with the Service's own name expression.",
    ),
    "does-not-render": Explained(
        "Helm does not render the chart with the values at hand.",
        "The proof compares renders before and after; without the one before there is nothing to compare.",
        "Give the values that the chart requires: --values FILE or --set K=V. A chart that never rendered is to be "
        "mended first.",
    ),
    "duplicate-list-keys": Explained(
        "A list of the pod template holds one key twice: an environment variable, or a port and protocol.",
        "A Deployment takes that, the last one wins. The API server refuses a Rollout with it.",
        "Render each name once.",
    ),
    "edits-overlap": Explained(
        "Two edits of the conversion want the same text.",
        f"Which of the two should win is not known, so none is made. {_NOT_YET}",
        "Simplify the named place, for example by taking a nested condition apart.",
    ),
    "foreign-tls-or-tcp-route": Explained(
        "A VirtualService that carries the traffic also has a TLS or TCP route to another Service.",
        "The controller calls a Rollout invalid when its VirtualService holds such a route.",
        "Move that route to a VirtualService of its own.",
    ),
    "half-converted": Explained(
        "Rollouts and Deployments stand side by side, and the record does not say that this is meant.",
        "A conversion by hand that was not finished looks like this; to guess what was meant would mix two ways.",
        "Finish by hand, or convert the chart as it was before. A Deployment that shall stay belongs under `kept` in "
        ".rolloutgen.yaml.",
    ),
    "incomplete-gateway-set": Explained(
        "An audience has hosts but no issuer, DNS target or gateway.",
        "A host without a certificate or a DNS record is a set that does not work; half of it is worse than none.",
        "Set certificate.issuer and dns.targets (in rolloutgen.yaml for all charts), or leave the hosts empty.",
    ),
    "included-file-split": Explained(
        "A template is included by its path, and the conversion splits that file.",
        "What the include yields would stand in several files afterwards.",
        "Move the documents of that file into files of their own first.",
    ),
    "kind-switch": Explained(
        "The kind of the workload is chosen in a way that the source does not show.",
        "Only the Deployment may become a Rollout; the other kinds must stay as they are.",
        "Write `kind:` in plain branches of an if, or as documents of their own.",
    ),
    "annotations-not-readable": Explained(
        "The source does not show the workload's annotations key by key.",
        "The channels of --slack are annotations beside the chart's own, and both must become one map.",
        "Write `annotations:` once, with its keys or one toYaml below it; or convert without --slack.",
    ),
    "config-not-readable": Explained(
        "A ConfigMap or Secret cannot get a name by version.",
        "The hash in its name is that of its content, which other templates must be able to make as well. That does "
        "not work in a loop, under a condition that reads variables of its place, or in a define without the root.",
        "Write it as an object of its own with plain conditions, or convert with --no-config-by-version.",
    ),
    "config-reference-not-found": Explained(
        "A pod template names a ConfigMap or Secret in a way that cannot be followed.",
        "With --config-by-version every reference must get the new name; this one is put together by conditions, comes "
        "from values or a dependency, or stands in a define that does not know the root context.",
        "Write the name in the pod template itself, or convert with --no-config-by-version.",
    ),
    "incomplete-analysis": Explained(
        "Values switch the analysis on and do not say all that it needs.",
        "Without an address, an interval and thresholds nothing can be measured.",
        "Set the values under rollout.analysis, or rollout.analysis.enabled: false.",
    ),
    "labels-not-readable": Explained(
        "A condition begins inside the Service's labels or namespace and ends outside.",
        "The objects that are added carry the same labels, so their text has to be copied whole.",
        "Put conditions around whole keys.",
    ),
    "long-release-name": Explained(
        "Under a long release name two objects get one name.",
        "Kubernetes takes names of at most 63 characters, so charts cut them, and cut names may be equal.",
        "Use a shorter release name, or --service-names keep.",
    ),
    "name-missing": Explained(
        "Under the values that must render, the Deployment has no name.",
        "The API server takes no object without one, so such a release was never installed.",
        "Give the value that names it with --values FILE or --set KEY=VALUE.",
    ),
    "name-taken": Explained(
        "The release has an object of the name that a new one would get.",
        "Two objects of one kind and name cannot be deployed.",
        "Rename the object that is there, or choose --service-names keep.",
    ),
    "new-chart-does-not-render": Explained(
        "The converted chart fails where the old one renders.",
        f"Nothing is written that has not been proven. {_NOT_YET}",
        "Report the construct at the named line; convert that chart by hand until then.",
    ),
    "no-deployment": Explained(
        "No value set renders a Deployment in this chart.",
        "Only a Deployment can become a Rollout; a StatefulSet or DaemonSet has no counterpart in Argo Rollouts.",
        "When a value switches the Deployment on, give it: --set K=V.",
    ),
    "no-such-service": Explained(
        "--service names a Service that does not lead to the pods of a workload that is converted.",
        "The names are those of the render under the first value set, release name included; a headless Service "
        "carries no traffic that could be weighed.",
        "Take one of the names in the message.",
    ),
    "no-such-workload": Explained(
        "--workload names a Deployment that the chart does not render.",
        "The names are those of the render under the first value set, release name included.",
        "Take one of the names in the message.",
    ),
    "no-traffic-port": Explained(
        "The Service has several ports, and in some render not the one that carries the traffic.",
        "A route to a Service with several ports must name one.",
        "Let the traffic port stand at the same place under every value.",
    ),
    "not-a-chart": Explained(
        "The path holds no chart that can be read.",
        "A chart is a directory (or a .tgz) with a Chart.yaml that gives a name, within bounds of size, without links "
        "that leave it.",
        "Give the directory that holds Chart.yaml.",
    ),
    "not-proven": Explained(
        "The converted chart renders something else than the conversion means.",
        f"A difference that no rule explains is an error, and nothing is written. {_NOT_YET}",
        "The message names the object and the field: simplify the construct there, or convert that chart by hand.",
    ),
    "not-readable": Explained(
        "A file of the chart cannot be read as what it is.",
        "Broken YAML, blocks of a template that do not match, bytes that are no UTF-8, a list that is no list.",
        "Mend the file at the line that the message names.",
    ),
    "null-in-list": Explained(
        "The pod template renders a null in a list, or as a quantity.",
        "A Deployment reads it as an empty text or zero; the API server refuses a Rollout with it.",
        "Give it a value, or leave the entry out when it is empty.",
    ),
    "ports-not-readable": Explained(
        "The Service's ports come from a text that cannot be read outside its template.",
        "A route to a Service with several ports must name one, so its number has to be repeated.",
        "Write the ports one by one.",
    ),
    "recreate-strategy": Explained(
        "The Deployment's strategy is Recreate.",
        "That says that two versions must not run at once (one volume, one lock, a migration). A Rollout runs both.",
        "Make sure that two versions may run side by side, then use --force. Else leave the Deployment.",
    ),
    "refused-by-transform": Explained(
        "Under one value set the conversion has no meaning, and the new chart does not say so itself.",
        f"Where values ask for what a Rollout cannot do, the new chart has to fail with a message. {_NOT_YET}",
        "Leave that value set out, or change the value that the message names.",
    ),
    "rendered-twice": Explained(
        "Two templates render one Deployment.",
        "A copy of a template, or a link to it, gives the release two objects of one name; Helm deploys neither well.",
        "Remove one of the two files, or let it render another name.",
    ),
    "replicas-not-readable": Explained(
        "`replicas` is written in several places of the Deployment.",
        "The Rollout's replicas follow the autoscaler, which takes one place to say so.",
        "Write it once.",
    ),
    "route-not-found": Explained(
        "The route to the Service is not written out in the VirtualService's template, or stands in a loop.",
        "Each such route gets two destinations with weights and a name, which the Rollout lists.",
        "Write the route's `destination.host` in the template, at the top of its document.",
    ),
    "schema-not-extended": Explained(
        "The schema of the values refuses the block of the Rollout.",
        "It is added to the `properties` of the root, or of what its `$ref` names; what forbids it elsewhere (oneOf, "
        "propertyNames, maxProperties) is not rewritten.",
        "Permit `rollout:` as an object in values.schema.json.",
    ),
    "selector-missing": Explained(
        "The Deployment has no selector.",
        "extensions/v1beta1 made one up from the labels; a Rollout needs it written.",
        "Write spec.selector.matchLabels.",
    ),
    "service-cut": Explained(
        "A condition begins inside the Service and ends behind it.",
        "The Service is copied for the canary, and half a condition cannot be copied.",
        "Put the condition around the whole document.",
    ),
    "service-in-loop": Explained(
        "The Service stands in a loop or a define that does not print its Deployment as well, or under conditions of "
        "its own there.",
        "The Rollout names its Services, where they are rendered; a name or condition that is made of what another "
        "loop or another call knows cannot be read from there.",
        "Loop over both alike, hand both defines the same, or write the Service outside.",
    ),
    "service-name-not-found": Explained(
        "The Service's name is neither one value of its template nor one of each branch of an if/else.",
        "It gets a suffix, and the Rollout, routes and references take the same expression.",
        "Write `name:` under `metadata:` in one line.",
    ),
    "service-not-in-source": Explained(
        "The traffic Service is rendered by a dependency or a library, or as an item of a List that a loop makes.",
        "It has to become two Services, and its source belongs to another chart.",
        "Write the Service in this chart, or convert that chart.",
    ),
    "service-of-two-workloads": Explained(
        "The traffic Service selects the pods of another workload too.",
        "The controller adds its hash to the selector, which would cut the other workload off.",
        "Give each workload a Service of its own.",
    ),
    "source-not-found": Explained(
        "An autoscaler or VirtualService of the workload has no place in this chart's templates.",
        "It must point at the Rollout or at both Services, and a dependency renders it.",
        "Write it in this chart's own templates.",
    ),
    "spec-not-found": Explained(
        "The Deployment's `spec:` is not written in its template, or as a flow mapping.",
        "The strategy goes below it; a spec that is included whole has no place for it.",
        "Write `spec:` with its keys on lines of their own.",
    ),
    "strategy-not-readable": Explained(
        "The Deployment's strategy reads variables of its surroundings.",
        "maxSurge and maxUnavailable carry over to the Rollout, whose text stands elsewhere.",
        "Write the strategy with values only, or take it out.",
    ),
    "subset-route": Explained(
        "A route to the Service names a subset.",
        "The controller weighs either two Services or two subsets, and the subset's labels are not those of a version.",
        "Route to the Service without a subset.",
    ),
    "target-not-found": Explained(
        "The autoscaler's target is not written out.",
        "It must become the Rollout: apiVersion, kind and name.",
        "Write scaleTargetRef with apiVersion, kind and name in the template.",
    ),
    "tcp-route": Explained(
        "The VirtualService sends TCP or TLS traffic to the Service.",
        "Weights are given to HTTP routes; other routes are not converted.",
        "Choose --strategy blue-green, or --router none.",
    ),
    "third-destination": Explained(
        "A route to the Service has other destinations beside it.",
        "The controller deletes every destination with a weight that is not stable or canary.",
        "Leave one destination in that route.",
    ),
    "too-much": Explained(
        "The chart takes too much time or memory.",
        "A template loops or recurses without end, YAML explodes through aliases, or a file is huge. The work was "
        "ended.",
        "Look at `range`, `until` and `include` of itself; keep large files out of the chart.",
    ),
    "values-key-taken": Explained(
        "The chart has values, or a template that reads them, under the key that the new block would get.",
        "They mean something else. A key without a value that nobody reads is no obstacle.",
        "Choose another name: --values-key NAME.",
    ),
}


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


REASONS: Mapping[str, str] = {
    "rollout": "a Deployment becomes a Rollout: apiVersion and kind; the pod template stays as it is",
    "own-body": "another kind includes the same body, so the Rollout includes a copy of its own",
    "lines": "a flow mapping (or JSON) gets its keys on lines of their own, where a strategy finds a place",
    "selector": "a Rollout must name its selector, which extensions/v1beta1 made up from the pod's labels",
    "strategy": "the Rollout's strategy, with steps from values and the Services and routes that share the traffic",
    "analysis": "an AnalysisTemplate judges the new version by its success rate and its slowest requests",
    "subscriptions": "the channels that hear of a rollout, as annotations from values",
    "config-version": "a ConfigMap or Secret carries a hash of its content in its name, so that old pods keep theirs",
    "replicas": "the replicas beside an autoscaler: the live number, within the autoscaler's bounds",
    "autoscaler": "an autoscaler's target is the Rollout now",
    "service": "the traffic Service becomes two, one for the old version and one for the new",
    "service-reference": "what named the old Service names the one of the old version",
    "destination-rule": "a DestinationRule gets a twin, so that the canary keeps the traffic policy",
    "virtual-service": "each route to the Service gets two destinations with weights, which the controller moves",
    "split": "a file of several documents becomes one file a kind",
    "public-hosts": "the chart's own route and Gateway take a list of hosts from values where one is given",
    "gateway-set": "Gateway, VirtualService, DNSEndpoint and Certificates for an audience that has hosts",
    "null-field": "a key without a body moves into the condition of its body: a custom resource refuses nulls",
    "values": "the block that says how a new version is rolled out; nothing else in the file moves",
    "environment": "what the block has in one environment of the house, over what values.yaml says",
    "chart-version": "the chart's version goes up, with an entry of what changed",
    "notes": "NOTES.txt gets the commands for this Rollout",
    "record": "what was chosen, so that a second run changes nothing",
    "helpers": "names and conditions that several templates share",
    "base-path": "a template that is included by its path follows the file's new name",
    "rename": "the file is named for what it holds now; git shows a rename",
}
