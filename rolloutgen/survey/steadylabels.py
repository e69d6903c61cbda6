"""Pod labels that a selector may choose by."""

from __future__ import annotations

import re
from collections import Counter

from ..source.scope import scope_at, site_scope
from ..source.sources import Site
from ..source.yamlmap import SPLICE

# Labels that change with the chart: `chart`, `helm.sh/chart`, versions, image tags.
_OF_A_VERSION = re.compile(
    r"(?i)version|\bchart\b *[:\"']|\.chart\b|\.tag\b|checksum|revision|sha256sum|\brand|\bnow\b"
)


def steady_labels(site: Site) -> list[str]:
    """The pod labels by which a selector may choose for good: always there, the same in each version of the chart."""
    labels = [child for node in site.find("spec", "template", "metadata", "labels") for child in node.children]
    count = Counter(node.key for node in labels)
    depth = len(site_scope(site).blocks)
    return [
        node.key
        for node in labels
        if node.key != SPLICE
        and "{{" not in node.key
        and count[node.key] == 1
        and not _OF_A_VERSION.search(node.span.of(site.source.text))
        and len(scope_at(site.source, node.key_span.start).blocks) == depth
    ]
