"""Configuration: the bytes of policy and roster -> values of the core, with the place of every fault."""
