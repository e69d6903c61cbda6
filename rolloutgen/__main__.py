"""`python -m rolloutgen`."""

from rolloutgen.cli import main

if __name__ == "__main__":
    main()
