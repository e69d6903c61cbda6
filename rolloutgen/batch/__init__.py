"""Many charts at once, on all cores."""
