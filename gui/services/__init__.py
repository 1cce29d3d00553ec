"""What every panel shares: the engine, the case, selection, decision, theme."""
