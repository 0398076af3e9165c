"""Throughput of each connector beside its bare client library; see benchmarks/connect.py."""
