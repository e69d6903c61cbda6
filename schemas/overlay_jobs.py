"""What the API server checks in Jobs and CronJobs beyond the types; see `overlay`."""

from __future__ import annotations

from schemas.overlay_terms import Extra, between, enum, one_of, rules

# The server makes a selector of its own; one that is written counts only as a manual one.
_OWN_SELECTOR = (
    "!has(self.selector) || (has(self.manualSelector) && self.manualSelector) || "
    "((!has(self.selector.matchLabels) || size(self.selector.matchLabels) == 0) && "
    "(!has(self.selector.matchExpressions) || size(self.selector.matchExpressions) == 0))",
    "a Job's selector is made by the server; one of your own needs manualSelector: true",
)
_TIME_ZONE = r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"


def jobs(restarts: tuple[str, str], *more: tuple[str, str]) -> dict[str, Extra]:
    """The rules of both kinds; `restarts` says what a Job's restartPolicy may be, `more` what all workloads share."""
    return {
        "batch.v1.JobSpec": rules(
            restarts,
            _OWN_SELECTOR,
            (
                "!has(self.backoffLimitPerIndex) || (has(self.completionMode) && self.completionMode == 'Indexed')",
                "backoffLimitPerIndex needs completionMode Indexed",
            ),
            (
                "!has(self.completionMode) || self.completionMode != 'Indexed' || !has(self.parallelism) || "
                "has(self.completions)",
                "completionMode Indexed needs completions",
            ),
            *more,
        ),
        "batch.v1.JobSpec:template": {"required": ["spec"]},
        "batch.v1.JobSpec:completionMode": enum("NonIndexed Indexed", empty=False),
        "batch.v1.JobSpec:podReplacementPolicy": enum("TerminatingOrFailed Failed", empty=False),
        **{
            f"batch.v1.JobSpec:{field}": between(0)
            for field in (
                *("backoffLimit", "backoffLimitPerIndex", "maxFailedIndexes", "parallelism", "completions"),
                *("activeDeadlineSeconds", "ttlSecondsAfterFinished"),
            )
        },
        "batch.v1.PodFailurePolicyRule:action": enum("Count FailIndex FailJob Ignore", empty=False),
        "batch.v1.PodFailurePolicyOnExitCodesRequirement:operator": enum("In NotIn", empty=False),
        "batch.v1.PodFailurePolicyOnExitCodesRequirement:values": {"minItems": 1},
        "batch.v1.CronJobSpec": rules(
            (
                "isSchedule(self.schedule)",
                "schedule must be five fields such as 0 3 * * 1-5 (weekdays are 0 to 6), or a word such as @daily",
            )
        ),
        "batch.v1.CronJobSpec:jobTemplate": {"required": ["spec"]},
        "batch.v1.CronJobSpec:concurrencyPolicy": enum("Allow Forbid Replace"),
        "batch.v1.CronJobSpec:timeZone": {"pattern": _TIME_ZONE, "not": {"pattern": "^[Ll][Oo][Cc][Aa][Ll]$"}},
        **{
            f"batch.v1.CronJobSpec:{field}": between(0)
            for field in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
        },
        "batch.v1.PodFailurePolicyRule": rules(one_of("onExitCodes", "onPodConditions")),
    }
