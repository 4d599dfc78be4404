"""Ports move bytes. One file per way of moving them; only they import pyserial, pyvisa, scapy."""
