"""Connections: httpx clients whose transports enforce time bounds, over httpcore or aiohttp."""
