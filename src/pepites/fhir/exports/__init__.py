"""The file of one person as one Bundle, with the rights of whoever asks (design §6)."""
