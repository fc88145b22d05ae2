"""The demo company and the systems it runs on."""
