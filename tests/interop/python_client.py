"""The official Python SDK (`mcp`) against a running server: its OAuthClientProvider under httpx2, over streamable HTTP.

Called by python.mjs, which starts the servers: python_client.py URL MOVED_URL USER, where MOVED_URL's server goes by
the clock that this program moves; one password per server on standard input, a line each. Nothing of the SDK is replaced. The browser is a visitor
that reads the pages' forms and presses their buttons.
"""

import asyncio
import re
import secrets
import sys
import time
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

import clock

REDIRECT = "http://127.0.0.1:39008/callback"
counts = {True: 0, False: 0}


def ok(name, condition, detail=""):
    counts[bool(condition)] += 1
    print(("ok - " if condition else "not ok - ") + name, flush=True)
    if not condition and detail != "":
        print(f"    # {str(detail)[:600]}", flush=True)
    return bool(condition)


class Forms(HTMLParser):
    """The forms of a page: action, hidden fields, values of the buttons named "action"."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.found.append({"action": attrs.get("action", ""), "hidden": {}, "buttons": set()})
        elif self.found and tag in ("input", "button"):
            if attrs.get("type") == "hidden":
                self.found[-1]["hidden"][attrs["name"]] = attrs.get("value", "")
            elif attrs.get("name") == "action":
                self.found[-1]["buttons"].add(attrs.get("value"))


class Visitor:
    """A person at a browser who logs in where asked and allows."""

    def __init__(self, user, password):
        self.user, self.password = user, password
        self.http = httpx2.AsyncClient(follow_redirects=False, timeout=15)

    async def authorize(self, url):
        page = await self.http.get(url)
        for _ in range(8):
            if page.is_redirect:
                target = urljoin(url, page.headers["location"])
                if urlsplit(target).netloc != urlsplit(url).netloc:
                    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                url = target
                page = await self.http.get(url)
                continue
            for form in Forms(page.text).found:
                press = next((name for name in ("login", "allow") if name in form["buttons"]), None)
                if press:
                    fields = form["hidden"] | {"action": press}
                    if press == "login":
                        fields |= {"username": self.user, "password": self.password}
                    page = await self.http.post(
                        urljoin(url, form["action"]), data=fields, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}
                    )
                    break
            else:
                raise RuntimeError(f"neither login nor consent: HTTP {page.status_code} {page.text[:200]}")
        raise RuntimeError("the visit does not come to an end")


class Memory(TokenStorage):
    """What an application stores. Counts how often tokens came."""

    def __init__(self):
        self.tokens, self.client, self.saved = None, None, 0

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens, self.saved = tokens, self.saved + 1

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class Application:
    """One installation of a client: its storage, its user, and what went over its wire."""

    def __init__(self, base, user, password):
        self.url = f"{base}/mcp"
        self.storage, self.visitor = Memory(), Visitor(user, password)
        self.asked, self.seen, self.callback = [], [], None

    async def redirect(self, url):
        self.asked.append({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
        self.callback = await self.visitor.authorize(url)

    async def answer(self):
        back = self.callback
        return AuthorizationCodeResult(code=back.get("code", ""), state=back.get("state"), iss=back.get("iss"))

    async def watch(self, response):
        self.seen.append((response.status_code, response.request, response.headers.get("www-authenticate", "")))

    def connect(self, mode):
        """A connection in `mode`: "legacy" shakes hands as of 2025, "auto" finds out what the server can do."""
        provider = OAuthClientProvider(
            server_url=self.url,
            client_metadata=OAuthClientMetadata(client_name="Story client (Python)", redirect_uris=[REDIRECT]),
            storage=self.storage,
            redirect_handler=self.redirect,
            callback_handler=self.answer,
        )
        http = httpx2.AsyncClient(auth=provider, timeout=15, event_hooks={"response": [self.watch]})
        return Client(streamable_http_client(self.url, http_client=http), mode=mode, read_timeout_seconds=10)


def value_of(result):
    return result.structured_content or (result.content[0].text if result.content else None)


def paths(seen, status=None):
    return [request.url.path for code, request, _ in seen if status in (None, code)]


async def story(base, user, password, mode, version):
    app = Application(base, user, password)
    note = {"title": f"From Python {secrets.token_hex(4)}", "text": "Zürich, naïve, 🦊 & <i>plain</i>"}
    async with app.connect(mode) as client:
        ok(f"{mode}: it speaks {version}", client.protocol_version == version, client.protocol_version)
        ok(f"{mode}: the door answers 401 first", app.seen[0][0] == 401 and "resource_metadata=" in app.seen[0][2], app.seen[0])
        ok(f"{mode}: it registered itself", "/register" in paths(app.seen, 201), paths(app.seen))
        ok(f"{mode}: it asked for the scopes of the challenge", set(app.asked[0].get("scope", "").split()) == {"user", "notes:read", "offline_access"}, app.asked[0])
        ok(f"{mode}: it asked for this resource", app.asked[0].get("resource") == app.url, app.asked[0])
        tools = {tool.name for tool in (await client.list_tools()).tools}
        ok(f"{mode}: tools/list shows the tools", {"whoami", "write_note", "read_note"} <= tools, tools)
        who = await client.call_tool("whoami", {})
        ok(f"{mode}: whoami gives the name of the user", user in str(value_of(who)), who)

        # This SDK steps up by itself: on the 403 it asks for the union of the scopes and sends the call again.
        written = await client.call_tool("write_note", note)
        challenge = next((head for code, _, head in app.seen if code == 403), "")
        ok(f"{mode}: write_note was first 403 insufficient_scope", 'error="insufficient_scope"' in challenge, challenge)
        ok(f"{mode}: it asked for the union", set(app.asked[-1]["scope"].split()) == {"user", "notes:read", "notes:write", "offline_access"}, app.asked[-1])
        value = value_of(written)
        ident = value["id"] if isinstance(value, dict) else None
        ok(f"{mode}: the same call then succeeded", len(app.asked) == 2 and not written.is_error and ident is not None, written)
        read = value_of(await client.call_tool("read_note", {"id": ident}))
        ok(f"{mode}: the note is read back, letter by letter", (read["title"], read["text"]) == (note["title"], note["text"]), read)

        tokens, owner = app.storage.tokens, app.storage.client
        fields = {"token": tokens.refresh_token, "client_id": owner.client_id}
        basic = owner.token_endpoint_auth_method == "client_secret_basic"
        if owner.client_secret and not basic:
            fields["client_secret"] = owner.client_secret
        async with httpx2.AsyncClient() as plain:
            credentials = httpx2.BasicAuth(owner.client_id, owner.client_secret) if basic and owner.client_secret else None
            if credentials:
                fields.pop("client_id")
            gone = await plain.post(f"{base}/revoke", data=fields, auth=credentials)
        ok(f"{mode}: /revoke answers 200", gone.status_code == 200, gone.text)
        app.seen.clear()
        who = await client.call_tool("whoami", {})
        ok(f"{mode}: after it the next call was 401 invalid_token", any(c == 401 and 'error="invalid_token"' in h for c, _, h in app.seen), app.seen)
        ok(f"{mode}: the user was asked anew, then it went on", len(app.asked) == 3 and user in str(value_of(who)), len(app.asked))


async def outlives(base, user, password):
    """The access token expires while the client works: it refreshes, twice, without its user."""
    app = Application(base, user, password)
    async with app.connect("auto") as client:
        refresh = {app.storage.tokens.refresh_token}
        for turn in ("first", "second"):
            clock.move(app.storage.tokens.expires_in + 1)
            who = await client.call_tool("whoami", {})
            ok(f"{turn} expiry: the call succeeds", user in str(value_of(who)), who)
            ok(f"{turn} expiry: the refresh token was rotated", app.storage.tokens.refresh_token not in refresh)
            refresh.add(app.storage.tokens.refresh_token)
        ok("the user was asked once in all", len(app.asked) == 1, app.asked)
        # A refresh token that no longer works leaves the SDK with one way: its user.
        owner = app.storage.client
        auth = httpx2.BasicAuth(owner.client_id, owner.client_secret) if owner.token_endpoint_auth_method == "client_secret_basic" else None
        fields = {"token": app.storage.tokens.refresh_token}
        if auth is None:
            fields |= {"client_id": owner.client_id} | ({"client_secret": owner.client_secret} if owner.client_secret else {})
        async with httpx2.AsyncClient() as plain:
            await plain.post(f"{base}/revoke", data=fields, auth=auth)
        clock.move(app.storage.tokens.expires_in + 1)
        app.seen.clear()
        who = await client.call_tool("whoami", {})
        ok("revoked and expired: the refresh fails with 400", "/token" in paths(app.seen, 400), paths(app.seen))
        ok("and a clean authorization brings it back", len(app.asked) == 2 and user in str(value_of(who)), app.asked)


async def main():
    base, moved, user = sys.argv[1:4]
    password, moved_password = (line.strip() for line in sys.stdin.read().splitlines()[:2])
    for name, tale in (
        ("2025", story(base, user, password, "legacy", "2025-11-25")),
        ("2026", story(base, user, password, "auto", "2026-07-28")),
        ("refresh", outlives(moved, user, moved_password)),
    ):
        begun = time.monotonic()
        try:
            await asyncio.wait_for(tale, 40)
        except BaseException as error:  # noqa: BLE001  the SDK raises groups
            leaves = getattr(error, "exceptions", [error])
            ok(f"{name}: ran to its end", False, re.sub(r"\s+", " ", "; ".join(repr(leaf) for leaf in leaves)))
        print(f"# {name}: {time.monotonic() - begun:.1f} s", flush=True)
    print(f"# {counts[True]} passed, {counts[False]} failed", flush=True)
    return 1 if counts[False] or not counts[True] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
