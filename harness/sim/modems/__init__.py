"""Simulated cellular modems: one engine, one dialect a family, one personality a model.

A dialect is the file with its driver's word (``quectel``); a personality is a folder of
``fixtures/modem`` whose ``language:`` is that word. What all models have in common is
``fixtures/modem/usual.yaml``; a personality says only what differs.
"""
