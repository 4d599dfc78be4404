"""One file per device: speaks its language over a port. `ls` is the catalogue."""
