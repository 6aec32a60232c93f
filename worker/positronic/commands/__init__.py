"""What is done to one project's ledger: commands, each checked and made in one place."""
