"""Local accounts beside Pro Santé Connect: opened by two people, for a motive and a time (RIE §6.3)."""
