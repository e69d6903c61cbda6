"""Why an edit is made: the reasons that rewrites give, in words. `convert --explain` and `explain` print them."""

from __future__ import annotations

from collections.abc import Mapping

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
