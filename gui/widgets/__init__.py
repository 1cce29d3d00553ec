"""Small widgets that know no analysis."""
