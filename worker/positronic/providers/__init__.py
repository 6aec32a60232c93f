"""Copies of a project's secrets at a provider: clients of its API, and the port `Target` over them.

They run in the Worker and on CPython: what sends requests is handed in, and so is the clock. No
error has text of an answer's body, which could be a value: codes are told only if they are known.
"""
