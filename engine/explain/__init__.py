"""Why: explanations of models and of single answers (rooms to come)."""
