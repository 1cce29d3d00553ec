"""How fragile: robustness, drift, leakage, label noise (rooms to come)."""
