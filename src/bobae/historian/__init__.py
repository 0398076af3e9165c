"""The historian: samples kept so that none acknowledged is lost, and read back fast."""
