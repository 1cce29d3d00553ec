"""Speed and memory, measured: ``make bench``. Claims live here, not in tests."""
