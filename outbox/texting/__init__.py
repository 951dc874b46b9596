"""Texts: the way out by Twilio, what may leave, and what comes back."""
