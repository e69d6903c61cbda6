"""Charts as files: read within bounds, changed all or nothing, with the dependencies and objects they come to."""
