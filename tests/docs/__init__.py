"""The documentation: what is generated in it, and that what it shows runs."""
