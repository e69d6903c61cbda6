"""What the API server checks in roles, bindings and Secrets beyond the types; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import CONFIG_KEY, PATH_SEGMENT
from schemas.overlay_terms import Extra, enum, rules

_GROUP = "rbac.authorization.k8s.io"
_KEYS: Extra = {"propertyNames": {"pattern": CONFIG_KEY, "maxLength": 253}}


def _listed(field: str) -> str:
    return f"(has(self.{field}) && size(self.{field}) > 0)"


def _needs(kind: str, *keys: str, every: bool = True) -> tuple[str, str]:
    there = (f"((has(self.data) && '{key}' in self.data) || (has(self.stringData) && '{key}' in self.stringData))"
             for key in keys)  # fmt: skip
    rule = f"!has(self.type) || self.type != 'kubernetes.io/{kind}' || ({(' && ' if every else ' || ').join(there)})"
    return (rule, f"a Secret of type kubernetes.io/{kind} needs {(' and ' if every else ' or ').join(keys)}")


def _holds_json(kind: str) -> tuple[str, str]:
    key = f".{kind}"
    rule = (
        f"!has(self.type) || self.type != 'kubernetes.io/{kind}' || "
        f"(has(self.stringData) && '{key}' in self.stringData ? isJsonMap(self.stringData['{key}']) : "
        f"!has(self.data) || !('{key}' in self.data) || isJsonMap(base64(self.data['{key}'])))"
    )
    return (rule, f"{key} holds no JSON object")


RIGHTS: dict[str, Extra] = {
    "core.v1.Secret": rules(
        _needs("tls", "tls.crt", "tls.key"),
        _needs("dockerconfigjson", ".dockerconfigjson"),
        _needs("dockercfg", ".dockercfg"),
        _holds_json("dockerconfigjson"),
        _holds_json("dockercfg"),
        _needs("basic-auth", "username", "password", every=False),
        _needs("ssh-auth", "ssh-privatekey"),
        (
            "!has(self.type) || self.type != 'kubernetes.io/service-account-token' || "
            "(has(self.metadata.annotations) && 'kubernetes.io/service-account.name' in self.metadata.annotations)",
            "type kubernetes.io/service-account-token needs the annotation kubernetes.io/service-account.name",
        ),
    ),
    "core.v1.Secret:data": _KEYS,
    "core.v1.Secret:stringData": _KEYS,
    "core.v1.ConfigMap:data": _KEYS,
    "core.v1.ConfigMap:binaryData": _KEYS,
    "rbac.v1.RoleRef": {"required": ["kind", "name"], "x-required": {}},
    "rbac.v1.RoleRef:apiGroup": enum(_GROUP),
    "rbac.v1.RoleRef:kind": enum("Role ClusterRole", empty=False),
    "rbac.v1.RoleRef:name": {"minLength": 1, "pattern": PATH_SEGMENT},
    "rbac.v1.ClusterRoleBinding": rules(
        ("self.roleRef.kind == 'ClusterRole'", "a ClusterRoleBinding refers to a ClusterRole"),
        (
            "!has(self.subjects) || self.subjects.all(s, s.kind != 'ServiceAccount' || "
            "(has(s.namespace) && s.namespace != ''))",
            "a ServiceAccount in a ClusterRoleBinding needs its namespace",
        ),
    ),
    "rbac.v1.Subject": rules(
        (
            "self.kind != 'ServiceAccount' || self.name.matches('^[a-z0-9][-a-z0-9.]*$')",
            "the name is none of a ServiceAccount",
        ),
        (
            f"!has(self.apiGroup) || self.apiGroup == (self.kind == 'ServiceAccount' ? '' : '{_GROUP}') || "
            "self.apiGroup == ''",
            f"the apiGroup of a User or Group is {_GROUP}, that of a ServiceAccount is empty",
        ),
    ),
    "rbac.v1.Subject:name": {"minLength": 1},
    "rbac.v1.Subject:kind": enum("User Group ServiceAccount", empty=False),
    "rbac.v1.AggregationRule": {"required": ["clusterRoleSelectors"]},
    "rbac.v1.AggregationRule:clusterRoleSelectors": {"minItems": 1},
    "rbac.v1.PolicyRule:verbs": {"minItems": 1},
    "rbac.v1.PolicyRule": rules(
        (
            f"{_listed('nonResourceURLs')} ? !({_listed('resources')} || {_listed('apiGroups')} || "
            f"{_listed('resourceNames')}) : ({_listed('resources')} && {_listed('apiGroups')})",
            "a rule needs apiGroups and resources, or nonResourceURLs alone",
        )
    ),
    "rbac.v1.Role": rules(
        (
            "!has(self.rules) || self.rules.all(r, !has(r.nonResourceURLs) || size(r.nonResourceURLs) == 0)",
            "nonResourceURLs have no place in a Role, only in a ClusterRole",
        )
    ),
}
