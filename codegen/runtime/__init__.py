"""What every generated package has the same: models and kinds of values, requests, errors. It is copied as it is."""
