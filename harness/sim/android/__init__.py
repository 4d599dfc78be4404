"""Simulated Android terminals: the daemon on the device, what it runs, and the server on a desk."""
