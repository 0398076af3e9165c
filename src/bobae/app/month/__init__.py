"""A month of the demo press lived through in minutes: alarms, answers, cases, drift, retraining, promotion, money."""
