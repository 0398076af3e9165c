"""A month of the demo press, replayed through the product in minutes."""
