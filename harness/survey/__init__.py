"""What stands on a bench, and what is wrong with it: looked at before a run, never energised."""
