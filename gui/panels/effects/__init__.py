"""Feature effects: PDP, ICE, ALE, and Friedman's H."""
