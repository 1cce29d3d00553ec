"""SHAP values and SHAP interactions: panels, their pictures and tables."""
