"""Where in the sources a finding about a rendered object is written."""
