"""The official Python SDK against a server whose users log in by GitHub. Called by github.mjs: python_github.py URL http|sse.

Its user sits at a real browser on the other side: "authorize URL" goes out on standard output, the callback comes back on
standard input; "revoke" has the user revoke the application at GitHub.
"""

import asyncio
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from mcp.shared.exceptions import MCPError

import clock
from python_client import Memory, ok, value_of

REDIRECT = "http://127.0.0.1:39008/callback"
PROVIDER_CHECK = 900  # seconds until the server asks GitHub again


def say(line):
    print(line, flush=True)


def parameters(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class Person:
    def __init__(self):
        self.lines, loop = asyncio.Queue(), asyncio.get_running_loop()

        def read():
            for line in sys.stdin:
                loop.call_soon_threadsafe(self.lines.put_nowait, line.strip())

        threading.Thread(target=read, daemon=True).start()

    async def redirect(self, url):
        say(f"authorize {url}")
        self.back = {}
        while self.back.get("state") != parameters(url)["state"]:  # what a flow was told that has been given up is passed over
            self.back = parameters(await self.lines.get())

    async def answer(self):
        return AuthorizationCodeResult(code=self.back.get("code", ""), state=self.back.get("state"), iss=self.back.get("iss"))


async def main():
    base, transport = sys.argv[1:3]
    url = f"{base}/sse" if transport == "sse" else f"{base}/mcp"
    person, memory, seen = Person(), Memory(), []

    async def watch(response):
        seen.append((response.status_code, response.headers.get("www-authenticate", "")))

    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="GitHub story (Python)", redirect_uris=[REDIRECT]),
        storage=memory,
        redirect_handler=person.redirect,
        callback_handler=person.answer,
    )

    def client_for(headers=None, timeout=30, auth=provider):
        return httpx2.AsyncClient(headers=headers, timeout=timeout, auth=auth, event_hooks={"response": [watch]})

    def connect():
        if transport == "sse":
            return Client(sse_client(url, auth=provider, timeout=30, httpx_client_factory=client_for), read_timeout_seconds=10)
        return Client(streamable_http_client(url, http_client=client_for()), read_timeout_seconds=30)

    async with connect() as client:
        profile = value_of(await client.call_tool("get_user_profile", {}))
        ok(f"Python SDK, {transport}: get_user_profile shows the profile", profile["login"] == "octocat", profile)
        say("revoke")
        await person.lines.get()
        clock.move(PROVIDER_CHECK + 1)
        seen.clear()
        again = None
        try:
            again = value_of(await client.call_tool("whoami", {}))
        except MCPError as error:  # the stream of a grant ends with it, and what is called for has no way back
            ok("Python SDK, sse: the stream ends with the grant", transport == "sse" and "closed" in str(error), error)
    if transport == "sse":
        async with connect() as client:
            again = value_of(await client.call_tool("whoami", {}))
    # Over SSE the stream may have ended before the call was sent: then the next connection is what meets the challenge.
    challenge = next((head for status, head in seen if status == 401), "")
    ok(f"Python SDK, {transport}: revoked at GitHub, what is asked next after the set time is a 401 challenge", 'error="invalid_token"' in challenge, seen)
    ok(f"Python SDK, {transport}: the user authorizes anew, and it goes on", again["user_name"] == "octocat", again)


asyncio.run(asyncio.wait_for(main(), 55))
