"""An organisation as data: the shape of company.yaml, reading it, and what changed in it."""
