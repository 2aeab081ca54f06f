"""`python -m gatekeeper`."""

from gatekeeper.cli import main

if __name__ == "__main__":  # a process that helps with an audit imports this file again
    main()
