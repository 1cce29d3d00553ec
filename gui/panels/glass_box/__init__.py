"""The structure of models that can be read, and surrogate trees."""
