"""What the API server checks in admission webhooks and API services beyond the types; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import DNS_SUBDOMAIN
from schemas.overlay_terms import Extra, between, enum, one_of, rules, unique

_KINDS = ("Validating", "Mutating")
_FIELDS: dict[str, Extra] = {
    ":name": {"maxLength": 253, "pattern": DNS_SUBDOMAIN},
    ":failurePolicy": enum("Fail Ignore", empty=False),
    ":matchPolicy": enum("Exact Equivalent", empty=False),
    ":sideEffects": enum("None NoneOnDryRun", empty=False),
    ":timeoutSeconds": between(1, 30),
    ":admissionReviewVersions": {"minItems": 1},
    "": rules(("self.name.split('.').size() > 2", "name must have three parts or more, as in check.example.com")),
}
WEBHOOKS: dict[str, Extra] = {
    **{f"admissionregistration.v1.{kind}Webhook{field}": extra for kind in _KINDS for field, extra in _FIELDS.items()},
    **{f"admissionregistration.v1.{kind}WebhookConfiguration:webhooks": unique("name") for kind in _KINDS},
    "admissionregistration.v1.MutatingWebhook:reinvocationPolicy": enum("Never IfNeeded", empty=False),
    "admissionregistration.v1.WebhookClientConfig": rules(one_of("url", "service")),
    "admissionregistration.v1.ServiceReference:path": {"pattern": "^/"},
    "admissionregistration.v1.ServiceReference:port": between(1, 65535),
    "admissionregistration.v1.RuleWithOperations:operations": {"minItems": 1},
    "admissionregistration.v1.RuleWithOperations:operations[]": enum("* CONNECT CREATE DELETE UPDATE", empty=False),
    "admissionregistration.v1.RuleWithOperations:scope": enum("* Cluster Namespaced", empty=False),
    "apiregistration.v1.APIServiceSpec:versionPriority": between(1, 1000),
    "apiregistration.v1.APIServiceSpec:groupPriorityMinimum": between(1, 20000),
    "networking.v1.IngressClassParametersReference:scope": enum("Cluster Namespace", empty=False),
}
