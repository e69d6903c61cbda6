"""The forms of strings and numbers in the API, as patterns that Go's, Rust's and Python's engines read alike.

They are rules of the API server (k8s.io/apimachinery), written down by hand. The generator of `schemas/` puts them into
the schemas; `words` tells a reader what the pattern that a value misses means.

Schedules of CronJobs, as the cron library of Kubernetes reads them (robfig/cron v3, ParseStandard).
"""

from __future__ import annotations

import re

from rolloutgen.kube.durations import nanoseconds
from rolloutgen.kube.quantities import QUANTITY

INTEGERS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}

BYTE = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}(=[\r\n]*){2}|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)
DATE_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
IPV4 = r"^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$"
IPV6 = r"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$"

DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_1035 = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
DNS_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
HOST = r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
EXTERNAL_NAME = DNS_SUBDOMAIN.removesuffix("$") + r"\.?$"
SEARCH_DOMAIN = r"^\.$|^[a-z0-9_]([-a-z0-9_]*[a-z0-9])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9])?)*\.?$"
PATH_SEGMENT = r"^([^/%]*[^/%.][^/%]*|\.\.\.+)$"
LABEL_VALUE = r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"
# A prefix of at most 253 characters is rare enough not to be counted here.
QUALIFIED_NAME = (
    r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    r"([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"
)
# Annotation keys are compared in lower case.
ANNOTATION_KEY = (
    r"^([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*/)?"
    r"([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"
)
CONFIG_KEY = r"^[-._a-zA-Z0-9]+$"
PORT_NAME = r"^([a-z0-9]+-)*[a-z0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$"
ENV_NAME = r"^[ -<>-~]+$"
PERCENT = r"^[0-9]+%$"
CONTAINER_RESOURCE = r"^(cpu|memory|ephemeral-storage|hugepages-.+|.+/.+)$"
NOT_NEGATIVE = r"^ *([^- ]|-[0.]+[^0-9.]*$)"
FIELD_PATH = (
    r"^(metadata\.(name|namespace|uid|labels|annotations)(\['.+'\])?"
    r"|spec\.(nodeName|serviceAccountName|host)|status\.(hostIP|hostIPs|podIP|podIPs))$"
)
RESOURCE_FIELD = r"^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$"
SYSCTL = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
HEADER = r"^[-A-Za-z0-9]+$"
RELATIVE_PATH = r"^([^/.]|\.[^/.]|\.\.[^/]|\.(/|$))[^/]*(/+(([^/.]|\.[^/.]|\.\.[^/])[^/]*|\.)?)*$"
ABSOLUTE_PATH = r"^/"

# What a value that misses the pattern should have been.
SPOKEN = {
    QUANTITY: "a quantity such as 100m, 0.5, 1Gi",
    BYTE: "base64",
    DATE_TIME: "a time such as 2025-01-31T12:00:00Z",
    IPV4: "an IPv4 address",
    IPV6: "an IPv6 address",
    DNS_LABEL: "lower-case letters, digits and '-', with a letter or digit at both ends",
    DNS_1035: "lower-case letters, digits and '-', with a letter first and a letter or digit last",
    DNS_SUBDOMAIN: "lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part",
    HOST: "a host name, in lower case, perhaps with '*.' first",
    EXTERNAL_NAME: "a host name, in lower case",
    SEARCH_DOMAIN: "a domain in lower case, perhaps with '.' last",
    PATH_SEGMENT: "a name without '/' and '%'",
    LABEL_VALUE: "letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    QUALIFIED_NAME: "a name such as app or example.com/app: letters, digits, '-', '_', '.', at most 63 after the '/'",
    ANNOTATION_KEY: "a name such as app or example.com/app: letters, digits, '-', '_', '.', at most 63 after the '/'",
    CONFIG_KEY: "letters, digits, '-', '_' and '.'",
    PORT_NAME: "a port name: lower-case letters, digits and single '-', at least one letter, at most 15 characters",
    ENV_NAME: "printable ASCII characters without '='",
    PERCENT: "a number or a percentage such as 25%",
    CONTAINER_RESOURCE: "a resource of containers: cpu, memory, ephemeral-storage, hugepages-2Mi or example.com/gpu",
    NOT_NEGATIVE: "a quantity of 0 or more",
    FIELD_PATH: "a field of the pod, such as metadata.name, metadata.labels['app'], spec.nodeName or status.podIP",
    RESOURCE_FIELD: "a resource of a container, such as limits.cpu or requests.memory",
    SYSCTL: "a kernel parameter such as net.core.somaxconn",
    HEADER: "the name of an HTTP header: letters, digits and '-'",
    RELATIVE_PATH: "a path that does not begin with '/' and holds no '..'",
    ABSOLUTE_PATH: "a path that begins with '/'",
}
SPOKEN |= {f"^$|{pattern}": meaning for pattern, meaning in SPOKEN.items()}


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
# Lowest value, highest value and names of minute, hour, day, month, weekday. A Sunday is 0, never 7.
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_WORDS = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))
_NUMBER = re.compile(r"\+?[0-9]{1,18}")


def is_schedule(text: str) -> bool:
    """Whether a CronJob may have this schedule. A time zone in it is refused: it has a field of its own."""
    if "TZ" in text:
        return False
    if text.startswith("@"):
        return text in _WORDS or (text.startswith("@every ") and nanoseconds(text.removeprefix("@every ")) is not None)
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(
        _is_range(part, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True) for part in field.split(",")
    )


def _is_range(part: str, lowest: int, highest: int, names: dict[str, int]) -> bool:
    if not part:  # empty parts of a list are passed over
        return True
    span, slash, step = part.partition("/")
    start, hyphen, end = span.partition("-")
    if "/" in step or (slash and not (_NUMBER.fullmatch(step) and int(step) > 0)):
        return False
    if start in ("*", "?"):
        return "-" not in end
    low = _value(start, names)
    high = _value(end, names) if hyphen else (highest if slash else low)
    return low is not None and high is not None and lowest <= low <= high <= highest


def _value(text: str, names: dict[str, int]) -> int | None:
    if text.lower() in names:
        return names[text.lower()]
    return int(text) if _NUMBER.fullmatch(text) else None
