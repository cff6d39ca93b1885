"""The HTTP API, the page, and the WebSockets: one file of routes a noun. See `docs/http-api.md`."""
