"""gatekeeper: AI-assisted commits reach a protected branch only with signed senior approval."""

__version__ = "1.0.0.dev0"
