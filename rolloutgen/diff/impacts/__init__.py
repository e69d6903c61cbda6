"""What a change of a release does, one meaning a file: found by the registry, told by `rolloutgen diff`."""
