"""What a client was told: settings, options and arguments, checked once."""
