"""The parts of the historian benchmark."""
