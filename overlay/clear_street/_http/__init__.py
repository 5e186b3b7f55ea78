"""The connections: httpx clients whose transports keep time bounds, over httpcore or aiohttp."""
