"""The words of the field as frozen values, without behaviour beyond what a value knows of itself.

Annotations are evaluated here: a named tuple compiles each one that is a text, which every start would wait for.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
Json = Any  # what YAML or JSON holds: dict, list, str, int, float, bool, None
Path = tuple[str | int, ...]  # into an object: ("spec", "ports", 0, "name")

ROLLOUT_API = "argoproj.io/v1alpha1"


class Ref(NamedTuple):
    """Which object: the four names by which Kubernetes knows it. `namespace` is "" when the manifest names none."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def group(self) -> str:
        """The API group without the version: "" for core kinds."""
        return self.api_version.rpartition("/")[0]

    def home(self, release_namespace: str) -> str:
        """The namespace in which the object ends up: the release's where the manifest names none."""
        return self.namespace or release_namespace

    def identity(self, release_namespace: str) -> tuple[str, str, str, str]:
        """(group, kind, namespace, name), with the namespace in which the object ends up."""
        return (self.group, self.kind, self.home(release_namespace), self.name)

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class Manifest(NamedTuple):
    """One rendered object. `body` is read-only by agreement: copy before changing.

    `template` is the file that rendered it, relative to the chart's root ("templates/deployment.yaml",
    "charts/redis/templates/x.yaml"). `site` names the place in the chart's source that holds its text
    ("templates/deployment.yaml#0"), "" when it is not known. `line` is its first line in the rendered file, 1-based.
    `twice` are the keys that one mapping has twice, each with the line of the later one: `body` holds that one.
    """

    ref: Ref
    body: Mapping[str, Any]
    template: str = ""
    site: str = ""
    line: int = 1
    twice: tuple[tuple[Path, int], ...] = ()


class Release(NamedTuple):
    """What Helm knows beside the values. `kube_version` "" and empty `api_versions` mean the engine's defaults."""

    name: str = "release-name"
    namespace: str = "default"
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    is_upgrade: bool = False


class ValueSet(NamedTuple):
    """Everything a render depends on. `values` are the overrides, layered as Helm layers them (without the chart's own
    defaults); `name` is for people ("defaults", "ci/x-values.yaml", "autoscaling.enabled=true"). `derived` tells that
    nobody gave the values: they try what the templates ask for; `invented` that they hold lists, maps or names that
    nobody wrote, or empty what somebody wrote."""

    name: str
    values: Mapping[str, Any] = {}
    release: Release = Release()
    derived: bool = False
    invented: bool = False


class Rendered(NamedTuple):
    """A chart under one value set: text by template (root-relative path, NOTES.txt included), the objects in order of
    template and position, and the effective values (chart defaults with the overrides over them)."""

    value_set: ValueSet
    files: Mapping[str, str]
    objects: tuple[Manifest, ...]
    values: Mapping[str, Any]


class Refusal(NamedTuple):
    """Why a chart is not converted. `code` is the id that `rolloutgen explain` knows. What speaks against a rendered
    object names it (`ref`) and the path in it (`at`); `line` is then 0 until the sources are looked up. `cause` tells
    cases of one code apart where the converter decides by it."""

    code: str
    path: str
    line: int
    why: str
    hint: str
    ref: Ref | None = None
    at: Path = ()
    cause: str = ""


class Diagnostic(NamedTuple):
    """One message for a reader: a finding of a rule or a check, or a consequence of a change.

    `code` is the id that `rolloutgen explain` knows; `hint` the way out. `line` is 1-based, 0 when it is not known;
    `at` the path in the object `ref`; `value_sets` names the renders that show it. `cause` tells cases of one code
    apart where the tool decides by it.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    path: str = ""
    line: int = 0
    ref: Ref | None = None
    at: Path = ()
    value_sets: tuple[str, ...] = ()
    cause: str = ""

    @property
    def subject(self) -> str:
        """The object as "Kind/name", "" for none."""
        return str(self.ref) if self.ref else ""


class Observation(NamedTuple):
    """What a rule, a check or an impact sees at one place; its registry completes it to a Diagnostic.

    `subject` is the object and `at` the path in it; an observation about a file has no subject but `path` and `line`.
    `severity` and `hint` only where this case differs from what is registered. `needle` holds texts to look for in the
    object's template, one a line: the first that is found gives the line.
    """

    subject: Manifest | None
    at: Path
    message: str
    severity: Severity | None = None
    path: str = ""
    line: int = 0
    hint: str = ""
    needle: str = ""
    cause: str = ""

    def diagnostic(self, code: str, severity: Severity, hint: str = "") -> Diagnostic:
        """The diagnostic of the rule, check or impact `code`, with its severity and hint where there are no own."""
        return Diagnostic(
            code=code,
            severity=self.severity or severity,
            message=self.message,
            hint=self.hint or hint,
            path=self.subject.template if self.subject else self.path,
            line=self.line,
            ref=self.subject.ref if self.subject else None,
            at=self.at,
            cause=self.cause,
        )


class Change(NamedTuple):
    """One explained change of an object of the expected release; `path` () is the whole object (added or removed)."""

    ref: Ref
    path: Path
    code: str


class Difference(NamedTuple):
    """Where two renders differ. `explained_by` is the code of a change, "" when nothing explains it: an error."""

    ref: Ref
    at: Path
    before: Json
    after: Json
    explained_by: str = ""


ServiceNames = Literal["suffix", "keep"]
Strategy = Literal["canary", "blue-green", "basic"]
Router = Literal["istio", "none"]
Analysis = Literal["", "background", "step"]


class WorkloadDecision(NamedTuple):
    """What the survey decided for one workload, once for all value sets.

    `key` comes from the source and names the workload under `rollout.workloads`. `sites` are the places in the source
    that render its Deployment, `service_sites` those that render its traffic Service (() when it has none).
    `port_index` chooses the traffic port of a Service with several. `carries` tells that the source has a strategy of
    its own, whose maxSurge and maxUnavailable carry over and win over `rollout.canary`. `virtual_service_sites` are the
    chart's own VirtualServices for this workload: a render without any of them is not routed; () means one is made.
    `selector` are the pod labels that a Deployment without a selector is given as one (extensions/v1beta1 made it up).
    `looped` tells that a loop makes several workloads of one text: they share what values say, so they have no hosts.
    `analysis` tells how the metrics of the new version are judged, "" for not at all; `notified` that values name
    channels that hear of its rollouts. `autoscaler_sites` are the places that render autoscalers of
    nothing else: they follow it even in a render that leaves the workload itself out.
    """

    key: str
    sites: tuple[str, ...]
    service_sites: tuple[str, ...] = ()
    strategy: Strategy = "canary"
    router: Router = "istio"
    service_names: ServiceNames = "suffix"
    port_index: int = 0
    force_recreate: bool = False
    carries: bool = False
    virtual_service_sites: tuple[str, ...] = ()
    selector: tuple[str, ...] = ()
    looped: bool = False
    analysis: Analysis = ""
    notified: bool = False
    autoscaler_sites: tuple[str, ...] = ()


class Decisions(NamedTuple):
    """All that both sides of the proof share. `several` tells whether `rollout.workloads.<key>` overlays exist;
    `replicas` "omit" leaves `spec.replicas` out where an autoscaler exists; `configs` are the sites of ConfigMaps and
    Secrets whose names carry a hash of the content. `hashed` tells that a long release name would make Services equal
    that are cut without a hash of their names."""

    workloads: tuple[WorkloadDecision, ...]
    several: bool = False
    values_key: str = "rollout"
    replicas: Literal["live", "omit"] = "live"
    configs: tuple[str, ...] = ()
    hashed: bool = False


State = Literal["valid", "invalid", "skipped", "no-schema"]


class SchemaError(NamedTuple):
    """What is wrong at one place. `code` is the kind of fault: unknown-field, missing-field, wrong-type, unknown-value,
    malformed, out-of-range, wrong-length, wrong-combination, rule-violation, duplicate-list-key,
    null-in-custom-resource, api-version-not-served, no-kind, schema. `lint_code` is the lint rule that reports the same
    with more detail, "" for none."""

    at: Path
    message: str
    code: str
    lint_code: str = ""


class SchemaVerdict(NamedTuple):
    """What the schemas say about one object; `source` names the schema that spoke, "" when none did."""

    ref: Ref
    state: State
    errors: tuple[SchemaError, ...] = ()
    source: str = ""
