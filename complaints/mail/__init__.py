"""Mails as text: pure readers of what comes from outside. They never raise for what a mail says."""
