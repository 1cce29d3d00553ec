"""Model files: taken in, looked at, judged, and opened behind a handle."""
