"""The lint rules, one file each. `rolloutgen.registry` finds them; nobody lists them."""
