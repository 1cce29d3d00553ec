"""Feature effects: partial dependence, ALE, Friedman's H."""
