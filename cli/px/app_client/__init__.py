"""What an app's own code reads its secrets with: files that `px grant add --client DIR` copies."""
