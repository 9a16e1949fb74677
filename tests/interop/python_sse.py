"""The official Python SDK's sse_client against a running server, authorized by its OAuthClientProvider.

Called by sse.mjs, which starts the servers: python_sse.py URL MOVED_URL USER, where MOVED_URL's server goes by
the clock that this program moves; one password per server on standard input, a line each. Nothing of the SDK is replaced.
"""

import asyncio
import re
import sys

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.sse import sse_client
from mcp.shared.auth import OAuthClientMetadata

import clock
from python_client import REDIRECT, Application, counts, ok, paths, value_of


class SseApplication(Application):
    """The same installation, by the transport of 2024."""

    def connect(self, mode="legacy"):
        self.url = self.url.removesuffix("/mcp").removesuffix("/sse") + "/sse"
        provider = OAuthClientProvider(
            server_url=self.url,
            client_metadata=OAuthClientMetadata(client_name="SSE client (Python)", redirect_uris=[REDIRECT]),
            storage=self.storage,
            redirect_handler=self.redirect,
            callback_handler=self.answer,
        )

        def client_for(headers=None, timeout=None, auth=None):
            return httpx2.AsyncClient(headers=headers, timeout=timeout, auth=auth, event_hooks={"response": [self.watch]})

        return Client(sse_client(self.url, auth=provider, httpx_client_factory=client_for), mode=mode, read_timeout_seconds=10)


async def story(base, user, password, mode):
    app = SseApplication(base, user, password)
    async with app.connect(mode) as client:
        ok(f"Python, {mode}: it speaks a revision with sessions", client.protocol_version <= "2025-11-25", client.protocol_version)
        status, request, challenge = app.seen[0]
        ok(f"Python, {mode}: the door answers 401 first", (status, request.method, request.url.path) == (401, "GET", "/sse"), app.seen[0])
        ok(f"Python, {mode}: its challenge leads to the metadata of /sse", "oauth-protected-resource/sse" in challenge, challenge)
        ok(f"Python, {mode}: it registered itself", "/register" in paths(app.seen, 201), paths(app.seen))
        ok(f"Python, {mode}: it asked for this resource", app.asked[0].get("resource") == app.url, app.asked[0])
        ok(f"Python, {mode}: messages are taken with 202", "/messages" in paths(app.seen, 202), paths(app.seen))
        tools = {tool.name for tool in (await client.list_tools()).tools}
        ok(f"Python, {mode}: tools/list shows the tools", {"whoami", "write_note", "read_note"} <= tools, tools)
        who = await client.call_tool("whoami", {})
        ok(f"Python, {mode}: whoami gives the name of the user", user in str(value_of(who)), who)
        # This SDK steps up by itself on the 403 of the POST.
        written = await client.call_tool("write_note", {"title": "By SSE", "text": "Zürich, naïve, 🦊"})
        ok(f"Python, {mode}: write_note was first 403", 403 in [code for code, _, _ in app.seen], paths(app.seen))
        ident = value_of(written)["id"]
        ok(f"Python, {mode}: then the same call succeeded", len(app.asked) == 2 and not written.is_error, written)
        read = value_of(await client.call_tool("read_note", {"id": ident}))
        ok(f"Python, {mode}: the note is read back, letter by letter", read["text"] == "Zürich, naïve, 🦊", read)


async def outlives(base, user, password):
    """The access token expires while the stream is open: the client refreshes, twice, without its user."""
    app = SseApplication(base, user, password)
    async with app.connect() as client:
        refresh = {app.storage.tokens.refresh_token}
        for turn in ("first", "second"):
            clock.move(app.storage.tokens.expires_in + 1)
            who = await client.call_tool("whoami", {})
            ok(f"Python, {turn} expiry: the call succeeds", user in str(value_of(who)), who)
            ok(f"Python, {turn} expiry: the refresh token was rotated", app.storage.tokens.refresh_token not in refresh)
            refresh.add(app.storage.tokens.refresh_token)
        ok("Python: the user was asked once in all", len(app.asked) == 1, app.asked)
        ok("Python: on one stream", paths(app.seen, 200).count("/sse") == 1, paths(app.seen, 200))


async def main():
    base, moved, user = sys.argv[1:4]
    password, moved_password = (line.strip() for line in sys.stdin.read().splitlines()[:2])
    for name, tale in (
        ("legacy", story(base, user, password, "legacy")),
        ("auto", story(base, user, password, "auto")),
        ("refresh", outlives(moved, user, moved_password)),
    ):
        try:
            await asyncio.wait_for(tale, 25)
        except BaseException as error:  # noqa: BLE001  the SDK raises groups
            leaves = getattr(error, "exceptions", [error])
            ok(f"Python, {name}: ran to its end", False, re.sub(r"\s+", " ", "; ".join(repr(leaf) for leaf in leaves)))
    return 1 if counts[False] or not counts[True] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
