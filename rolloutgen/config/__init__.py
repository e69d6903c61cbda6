"""What was chosen: rolloutgen.yaml, the record in a chart, and what they come to together."""
