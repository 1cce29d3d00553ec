"""Whether a model file may be opened: report, policy, and consents given."""
