"""Plugins, found by entry points alone; each folder here is one."""
