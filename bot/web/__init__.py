"""HTTP in: the web chat, the public pages, the API and the checks of life."""
