"""What is known of the model."""
