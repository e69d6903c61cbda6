"""The first deployment of a converted chart, and what it needs to know of the release."""
