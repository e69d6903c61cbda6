"""No two objects of a render may have one name: Helm installs no such release, nor is told what belongs to which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rolloutgen.model import Decisions, Manifest, Ref, Release
from rolloutgen.survey.target import Refused, Target, refused, same_when_cut

LIMIT = "long-release-name"
CUT = "cut to 63 characters"
_SHORTER = "use a shorter release name"


def check_workloads(objects: Iterable[Manifest], decisions: Decisions, release: Release) -> None:
    """Raises Refused ("long-release-name") where two workloads have one name, or one selector because the names in it
    are cut: nothing else is said of such a render."""
    sites = {site for decision in decisions.workloads for site in decision.sites}
    found = [manifest for manifest in objects if manifest.ref.kind == "Deployment" and manifest.site in sites]
    alike = same_when_cut(found, release)
    if alike:
        raise _own_names(alike, release)


def check_names(
    before: Iterable[Ref], after: Iterable[Ref], new: Iterable[Ref], targets: Sequence[Target], release: Release
) -> None:
    """Raises Refused where one of the `new` objects takes a name that `after`, all objects of the new render, has
    already ("name-taken"), also where only a release name of this length makes them equal ("long-release-name")."""
    count = Counter(ref.identity(release.namespace) for ref in after)
    taken = next((ref for ref in new if count[ref.identity(release.namespace)] > 1), None)
    if taken is None:
        return
    if max(Counter(ref.identity(release.namespace) for ref in before).values()) > 1:
        raise _own_names(targets[0].workload, release)
    if any(target.shortened for target in targets):
        why = f"{CUT}, {taken} is not the only one of its name under the release {release.name}"
        raise refused(LIMIT, targets[0].workload, why, f"{_SHORTER}, or --service-names keep")
    why = f"the conversion makes {taken}, and the render has another object of that kind and name"
    hint = "rename the other one; where the chart is converted in part by hand, finish that by hand"
    raise refused("name-taken", targets[0].workload, why, hint)


def _own_names(workload: Manifest, release: Release) -> Refused:
    why = f"two objects of the chart itself have one name or selector under the release {release.name}"
    return refused(LIMIT, workload, why, _SHORTER)
