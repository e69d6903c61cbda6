"""git as a process: files of commits, the other side of a diff, merges. Nothing of the user's tree is touched."""
