"""Agreement of explanations."""
