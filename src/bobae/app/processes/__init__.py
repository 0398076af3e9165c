"""A plant's parts in processes of their own: a keeper of samples, a collector a source, a scorer, an interface.

The supervisor (`group`) starts them, hears of them, and starts each again alone; `part` is what each of them runs.
"""
