"""Pictures of local lines."""
