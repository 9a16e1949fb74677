"""The official Python SDK as a client that registers nowhere: its client_id is the URL of a metadata document.

Called by cimd.mjs, which serves the document: python_cimd.py URL USER DOCUMENT, the password on standard input. The
server goes by the clock that this program moves. Nothing of the SDK is replaced.
"""

import asyncio
import re
import secrets
import sys

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

import clock
from python_client import Application, counts, ok, paths, value_of


class Installed(Application):
    """An installation that listens at a port of its own, which the document does not name."""

    def connect(self, mode, document):
        self.redirect_uri = f"http://127.0.0.1:{20000 + secrets.randbelow(10000)}/callback"
        provider = OAuthClientProvider(
            server_url=self.url,
            client_metadata=OAuthClientMetadata(
                client_name="CIMD client (Python)", redirect_uris=[self.redirect_uri], token_endpoint_auth_method="none"
            ),
            storage=self.storage,
            redirect_handler=self.redirect,
            callback_handler=self.answer,
            client_metadata_url=document,
        )
        http = httpx2.AsyncClient(auth=provider, timeout=15, event_hooks={"response": [self.watch]})
        return Client(streamable_http_client(self.url, http_client=http), mode=mode, read_timeout_seconds=10)


async def story(base, user, password, document, mode):
    app = Installed(base, user, password)
    async with app.connect(mode, document) as client:
        ok(f"Python, {mode}: client_id is the URL", app.asked[0].get("client_id") == document, app.asked[0])
        ok(f"Python, {mode}: it never registered", "/register" not in paths(app.seen), paths(app.seen))
        ok(f"Python, {mode}: it comes from a port of its own", app.asked[0].get("redirect_uri") == app.redirect_uri, app.asked[0])
        who = await client.call_tool("whoami", {})
        ok(f"Python, {mode}: whoami gives the name of the user", user in str(value_of(who)), who)
        before = app.storage.tokens.refresh_token
        clock.move(app.storage.tokens.expires_in + 1)
        who = await client.call_tool("whoami", {})
        ok(f"Python, {mode}: and again when its token was renewed", user in str(value_of(who)), who)
        ok(f"Python, {mode}: by its refresh token", before and app.storage.tokens.refresh_token != before and len(app.asked) == 1, app.asked)


async def main():
    base, user, document = sys.argv[1:4]
    password = sys.stdin.read().strip()
    for mode in ("legacy", "auto"):
        try:
            await asyncio.wait_for(story(base, user, password, document, mode), 22)
        except BaseException as error:  # noqa: BLE001  the SDK raises groups
            leaves = getattr(error, "exceptions", [error])
            ok(f"Python, {mode}: ran to its end", False, re.sub(r"\s+", " ", "; ".join(repr(leaf) for leaf in leaves)))
    return 1 if counts[False] or not counts[True] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
