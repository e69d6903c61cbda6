"""Label selectors as Kubernetes reads them: what it refuses, and whether one matches labels.

The API server decodes labels and selectors as maps of strings, where a null is the empty string: a label `a: null` is
there and is "", and `{a: null}` selects it as `{a: ""}` does. A custom resource keeps the null, and its controller
decodes it the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.syntax import is_label_key, is_label_value
from rolloutgen.kube.tree import listing, mapping, rows, text, texts
from rolloutgen.model import Path

_VALUES_WANTED = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}


def selector_faults(selector: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What Kubernetes refuses in a label selector: the path in it and the reason."""
    for key, value in mapping(selector, "matchLabels").items():
        if not is_label_key(str(key)):
            yield ("matchLabels", str(key)), f"{key!r} is not a label key"
        if isinstance(value, str) and not is_label_value(value):
            yield ("matchLabels", str(key)), f"{value!r} is not a label value"
    for index, expression in rows(selector, "matchExpressions"):
        at: Path = ("matchExpressions", index)
        key, operator = text(expression, "key"), text(expression, "operator")
        if not is_label_key(key):
            yield (*at, "key"), f"{key!r} is not a label key"
        if operator not in _VALUES_WANTED:
            yield (*at, "operator"), f"{operator!r} is not one of In, NotIn, Exists, DoesNotExist"
        elif _VALUES_WANTED[operator] != bool(listing(expression, "values")):
            yield (*at, "values"), f"{operator} " + ("needs values" if _VALUES_WANTED[operator] else "takes no values")
        for value in texts(expression, "values"):
            if not is_label_value(value):
                yield (*at, "values"), f"{value!r} is not a label value"


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether a label selector (matchLabels, matchExpressions) matches `labels`; an empty one matches everything."""
    have, wanted = _strings(labels), _strings(mapping(selector, "matchLabels"))
    if not wanted.items() <= have.items():
        return False
    return all(_holds(expression, have) for _, expression in rows(selector, "matchExpressions"))


def picks(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether the selector of a Service (a map of labels) matches `labels`; an empty one matches nothing."""
    return bool(selector) and _strings(selector).items() <= _strings(labels).items()


def _strings(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Labels as the API server decodes them: null is the empty string."""
    return {key: "" if value is None else value for key, value in labels.items()}


def _holds(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = text(expression, "key"), texts(expression, "values")
    operator = text(expression, "operator")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (operator == "Exists")
