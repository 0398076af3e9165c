"""What `benchmarks/twin.py` measures."""
