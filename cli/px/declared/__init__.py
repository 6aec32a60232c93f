"""What a project's code asks of `secrets`, read from its text: px never imports it."""
