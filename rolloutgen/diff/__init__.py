"""What a change of a chart does: both sides, their differences, and what those mean."""
