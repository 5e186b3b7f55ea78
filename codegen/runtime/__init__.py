"""Hold the code that is the same in every generated package: models, kinds of values, requests, errors."""
