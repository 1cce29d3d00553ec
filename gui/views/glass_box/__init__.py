"""What a model is made of: one view for each kind of it."""
