"""The REST interface: parses, calls app, answers."""
