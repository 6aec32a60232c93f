"""Tokens, roles and principals: who may do what."""
