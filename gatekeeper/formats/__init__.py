"""Verdicts and audits -> words and data. The core decides and names reasons; only this package writes them."""
