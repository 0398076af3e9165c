"""`python -m bobae.cli` is the command `bobae`."""

from bobae.cli import main

if __name__ == "__main__":
    main()
