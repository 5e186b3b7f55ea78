"""What a call does: when it sends, looks and sends again, and which error it ends in."""
