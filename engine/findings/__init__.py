"""Results to findings: rules, severity, evidence, next step (rooms to come)."""
