"""Break the world around a payment terminal on purpose, and prove that it copes. See DESIGN.md."""
