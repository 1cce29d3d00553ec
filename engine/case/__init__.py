"""The ``.trasluz`` file: everything needed to be exactly here again."""
