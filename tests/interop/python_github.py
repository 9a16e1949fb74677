"""The official Python SDK against a server whose users log in by GitHub. Called by github.mjs: python_github.py URL.

Its user sits at a real browser on the other side: "authorize URL" goes out on standard output, the callback comes back on
standard input; "revoke" has the user revoke the application at GitHub.
"""

import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from python_client import Memory, ok, value_of

REDIRECT = "http://127.0.0.1:39008/callback"


def say(line):
    print(line, flush=True)


class Person:
    async def redirect(self, url):
        say(f"authorize {url}")
        callback = (await asyncio.to_thread(sys.stdin.readline)).strip()
        self.back = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}

    async def answer(self):
        return AuthorizationCodeResult(code=self.back.get("code", ""), state=self.back.get("state"), iss=self.back.get("iss"))


async def main():
    base = sys.argv[1]
    person, memory, seen = Person(), Memory(), []

    async def watch(response):
        seen.append((response.status_code, response.headers.get("www-authenticate", "")))

    provider = OAuthClientProvider(
        server_url=f"{base}/mcp",
        client_metadata=OAuthClientMetadata(client_name="GitHub story (Python)", redirect_uris=[REDIRECT]),
        storage=memory,
        redirect_handler=person.redirect,
        callback_handler=person.answer,
    )
    http = httpx2.AsyncClient(auth=provider, timeout=30, event_hooks={"response": [watch]})
    async with Client(streamable_http_client(f"{base}/mcp", http_client=http), read_timeout_seconds=30) as client:
        profile = value_of(await client.call_tool("get_user_profile", {}))
        ok("Python SDK: get_user_profile shows the profile", profile["profile"]["login"] == "octocat", profile)
        say("revoke")
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.sleep(2.2)
        seen.clear()
        again = value_of(await client.call_tool("whoami", {}))
        challenge = next((head for status, head in seen if status == 401), "")
        ok("Python SDK: revoked at GitHub, the next call after the set time is a 401 challenge", 'error="invalid_token"' in challenge, seen)
        ok("Python SDK: the user authorizes anew, and it goes on", again["user_name"] == "octocat", again)


asyncio.run(asyncio.wait_for(main(), 55))
