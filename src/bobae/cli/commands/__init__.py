"""The commands, one a file; each calls `app` and answers."""
