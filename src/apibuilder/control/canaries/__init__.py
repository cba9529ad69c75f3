"""Canaries, as their maker sees and steers them."""
