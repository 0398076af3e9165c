"""Servers of models beside each other: started, asked the same by the same client, ended."""
