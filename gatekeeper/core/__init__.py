"""The rules, pure: no files, no processes, no clock, no environment, no printing."""
