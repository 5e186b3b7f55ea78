"""The only door into generated code: requests are built here, replies become models here."""
