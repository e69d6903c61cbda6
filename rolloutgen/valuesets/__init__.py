"""Value sets: the user's, the chart's own, and those derived from its conditions."""
