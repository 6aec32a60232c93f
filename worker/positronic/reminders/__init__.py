"""Reminders: what is due is posted to a webhook, once a day and name."""
