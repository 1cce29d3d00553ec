"""The threshold: curves, choice and operating points."""
