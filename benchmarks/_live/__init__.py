"""The parts of the live benchmark."""
