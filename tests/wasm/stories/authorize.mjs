// The authorization endpoint: login and consent, and every way in which a request for it can be wrong.
import { Visitor } from "../host.mjs";
import { alertOf, authorizeTarget, callback, challenge, isCallback, issuer, name, parametersOf, password, redeem, refresh, register, statuses, tokensFor } from "./speak.mjs";

/** The visitor logs in where asked, and consents; gives the callback's parameters. */
export async function allows(host, check, client, scope = "user notes:read", visitor = new Visitor(host)) {
  let page = await visitor.get(authorizeTarget(client, scope));
  if (/name="password"/.test(page.body)) {
    check("login page", page.status === 200 && /name="username"/.test(page.body), page.brief);
    const wrong = await visitor.submit(page, { username: name, password: "not the password", action: "login" });
    check("a wrong password: the page again, with a message", /role="alert"/.test(wrong.body), wrong.brief);
    const unknown = await visitor.submit(wrong, { username: "nobody", password, action: "login" });
    check("an unknown user: the same message", alertOf(unknown) === alertOf(wrong) && alertOf(wrong) !== undefined, alertOf(unknown));
    const right = await visitor.submit(page, { username: name, password, action: "login" });
    check("the right password: back to the request", right.status === 303 && right.header("Location")?.startsWith("/authorize?"), right.brief);
    page = await visitor.get(right.header("Location") ?? "/");
  }
  check("consent page names client and user", page.status === 200 && page.body.includes("Story client") && page.body.includes(name), page.brief);
  const stranger = await new Visitor(host).submit(page, { action: "allow" });
  check("another browser can't send this form", stranger.status >= 400 || !(stranger.header("Location") ?? "").includes("code="), stranger.brief);
  const allowed = await visitor.submit(page, { action: "allow" });
  check("allow: the callback with code, state and iss", isCallback(allowed), allowed.brief);
  const again = await visitor.submit(page, { action: "allow" });
  check("allow twice: the same code", again.header("Location") === allowed.header("Location"), again.brief);
  return { query: parametersOf(allowed), visitor };
}

export async function denies(host, check, client, visitor) {
  const page = await visitor.get(authorizeTarget(client, "user notes:read notes:write"));
  check("more scopes: consent is asked for again", page.status === 200 && /value="allow"/.test(page.body), page.brief);
  const reply = await visitor.submit(page, { action: "deny" });
  const query = parametersOf(reply);
  check("deny: access_denied with state and iss", query.get("error") === "access_denied" && query.get("state") === "s-123" && query.get("iss") === issuer, reply.brief);
  const late = await visitor.submit(page, { action: "allow" });
  check("allow after deny: no code", late.status === 400 && late.header("Location") === undefined && late.body.includes("You have denied this"), late.brief);
  const again = await visitor.submit(page, { action: "deny" });
  check("deny twice: the same answer", again.header("Location") === reply.header("Location"), again.brief);
}

// Where the redirect can't be believed, the user is told and the browser stays.
export async function isRefusedHere(host, check, client) {
  const says = statuses(check);
  const ask = (more) => host.send("GET", authorizeTarget(client, "user", more));
  await says("no parameters at all", 400, host.send("GET", "/authorize"));
  await says("no client", 400, ask({ client_id: undefined }));
  await says("an unknown client", 400, ask({ client_id: "nobody" }));
  await says("a redirect that is not the client's", 400, ask({ redirect_uri: "https://evil.example/cb" }));
  await says("another path of loopback", 400, ask({ redirect_uri: `${callback}/x` }));
  await says("loopback by another name", 400, ask({ redirect_uri: callback.replace("127.0.0.1", "localhost") }));
  await says("the client twice", 400, host.send("GET", `${authorizeTarget(client, "user")}&client_id=x`));
  await says("the redirect twice", 400, host.send("GET", `${authorizeTarget(client, "user")}&redirect_uri=https%3A%2F%2Fevil.example`));
  await says("a broken escape", 400, host.send("GET", "/authorize?client_id=%zz"));
  await says("another port of loopback is the client's", 200, ask({ redirect_uri: callback.replace("39007", "40000") }));
  await says("the only redirect may be left out", 200, ask({ redirect_uri: undefined }));
}

// Everything else goes to the client.
export async function isRefusedToTheClient(host, check, client) {
  const wrong = [
    ["the implicit flow", { response_type: "token" }, "unsupported_response_type"],
    ["no response type", { response_type: undefined }, undefined],
    ["the answer as a fragment", { response_mode: "fragment" }, "invalid_request"],
    ["a request object", { request: "e30.e30." }, "request_not_supported"],
    ["a request by reference", { request_uri: "urn:x" }, "request_uri_not_supported"],
    ["no challenge", { code_challenge: undefined }, "invalid_request"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["a challenge without its method", { code_challenge_method: undefined }, "invalid_request"],
    ["a short challenge", { code_challenge: challenge.slice(1) }, "invalid_request"],
    ["a challenge that is no base64url", { code_challenge: `${challenge.slice(1)}=` }, "invalid_request"],
    ["a scope with a quote", { scope: 'user "' }, "invalid_scope"],
    ["65 scopes", { scope: Array.from({ length: 65 }, (_, i) => `s${i}`).join(" ") }, "invalid_scope"],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["nobody is logged in, and nobody may be asked", { prompt: "none" }, "login_required"],
    ["two prompts that exclude each other", { prompt: "none login" }, "invalid_request"],
  ];
  for (const [sentence, more, error] of wrong) {
    const reply = await host.send("GET", authorizeTarget(client, "user", more));
    const query = parametersOf(reply);
    check(`${sentence}: ${error ?? "an error"} to the client`, reply.status === 303 && (error ? query.get("error") === error : query.has("error")) && query.get("state") === "s-123", reply.brief);
  }
  const twice = await host.send("GET", `${authorizeTarget(client, "user")}&state=other`);
  check("the state twice: invalid_request", parametersOf(twice).get("error") === "invalid_request", twice.brief);
  const silent = await host.send("GET", authorizeTarget(client, "user", { state: undefined, scope: "every\\thing" }));
  check("no state is given back where none came", silent.status === 303 && !parametersOf(silent).has("state"), silent.brief);
}

// What a page may come back as.
export async function isConsented(host, check, client) {
  const says = statuses(check);
  const visitor = new Visitor(host);
  const target = authorizeTarget(client, "user notes:read", { resource: undefined, state: "ä ö & <ü>" });
  const page = await visitor.get(target);
  await says("a form that nobody made", 400, host.send("POST", "/authorize", { form: { flow: "x", action: "allow" }, headers: { Origin: "null", "Sec-Fetch-Site": "same-origin" } }));
  await says("a form that another site sends", 403, host.send("POST", "/authorize", { form: { flow: "x" }, headers: { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" } }));
  await says("no form", 400, host.send("POST", "/authorize", { body: "{}", headers: { "Content-Type": "application/json" } }));
  await says("the login form with nothing in it", 401, visitor.submit(page, { username: "", password: "", action: "login" }));
  await says("a name that is too long", 401, visitor.submit(page, { username: "x".repeat(300), password: "x", action: "login" }));
  const right = await says("the right password", 303, visitor.submit(page, { username: name, password, action: "login" }));
  const consent = await says("the consent page", 200, visitor.get(right.header("Location")));
  const none = await visitor.get(authorizeTarget(client, "user", { prompt: "none" }));
  check("consent is needed, and may not be asked for: consent_required", parametersOf(none).get("error") === "consent_required", none.brief);
  await says("prompt=login asks for the password again", 200, visitor.get(authorizeTarget(client, "user", { prompt: "login" })));
  await says("neither allow nor deny", 400, visitor.submit(consent, { action: "perhaps" }));
  const allowed = await says("allowed", 303, visitor.submit(consent, { action: "allow" }));
  check("the state comes back as it was", parametersOf(allowed).get("state") === "ä ö & <ü>", allowed.brief);
  await says("denied, once it is allowed", 400, visitor.submit(consent, { action: "deny" }));
  const idle = await says("a page that is left open", 200, visitor.get(target));
  host.now += 3600;
  await says("for an hour", 400, visitor.submit(idle, { action: "allow" }));
}

// What clients ask for as a habit is left out, here and at a refresh, and the answers say what was given.
export async function isLeftOut(host, check, client) {
  const visitor = new Visitor(host);
  const rows = [
    ["openid offline_access notes:read", "notes:read"],
    ["openid email profile", "notes:read user"],
    ["mcp", "notes:read user"],
  ];
  for (const [asked, given] of rows) {
    const tokens = await tokensFor(host, client, visitor, asked);
    check(`${asked}: ${given} is given`, tokens?.scope === given, tokens);
    const again = await refresh(host, client, tokens?.refresh_token, { scope: asked });
    check(`${asked} at the refresh: ${given} again`, again.status === 200 && again.json?.scope === given, again.brief);
    const wider = await refresh(host, client, again.json?.refresh_token, { scope: `${asked} notes:write` });
    check(`${asked} and a known scope that was not granted: invalid_scope`, wider.json?.error === "invalid_scope", wider.brief);
  }
}

/** What was not asked for is offered as boxes; what is ticked is given. `visitor` is logged in. */
export async function isOfferedMore(host, check, client, visitor) {
  const says = statuses(check);
  const offered = (page) => [...page.body.matchAll(/<input type="checkbox" name="scope:([^"]*)" value="yes">/g)].map(([, token]) => token).join(" ");
  const page = await visitor.get(authorizeTarget(client, "openid user notes:read"));
  check("the page offers what was not asked for, unticked", offered(page) === "notes:write", page.brief);
  await says("a box that the page did not offer", 400, visitor.submit(page, { action: "allow", "scope:admin": "yes" }));
  const allowed = await says("a box that it did offer", 303, visitor.submit(page, { action: "allow", "scope:notes:write": "yes" }));
  const again = await visitor.submit(page, { action: "allow" });
  check("the form again without the box: the same code", again.header("Location") === allowed.header("Location"), again.brief);
  const tokens = await redeem(host, client, parametersOf(allowed).get("code"));
  check("what was ticked is given, and told", tokens.json?.scope === "notes:read notes:write user", tokens.brief);
  const all = await visitor.get(authorizeTarget(client, "user notes:write"));
  check("who asks for all is offered nothing", all.status === 200 && offered(all) === "", all.brief);
}

// Guesses: each delays the next one.
export async function isThrottled(host, check, client) {
  const visitor = new Visitor(host);
  const page = await visitor.get(authorizeTarget(client, "user"));
  check("the login page", page.status === 200, page.brief);
  const guess = () => visitor.submit(page, { username: name, password: "guess", action: "login" });
  for (const which of ["first", "second", "third", "fourth", "fifth"]) {
    const wrong = await guess();
    check(`the ${which} wrong password: 401`, wrong.status === 401, wrong.brief);
  }
  const early = await visitor.submit(page, { username: name, password, action: "login" });
  check("then even the right one has to wait: 429", early.status === 429 && early.header("Retry-After") !== undefined, early.brief);
  host.now += 5;
  const late = await visitor.submit(page, { username: name, password, action: "login" });
  check("and is good afterwards: 303", late.status === 303, late.brief);
}

export async function hasTwoRedirects(host, check) {
  const says = statuses(check);
  const client = (await register(host, { redirect_uris: [callback, "https://app.example/cb"] })).json;
  await says("a client of two redirects names none", 400, host.send("GET", authorizeTarget(client, "user", { redirect_uri: undefined })));
  await says("one of two redirects", 200, host.send("GET", authorizeTarget(client, "user", { redirect_uri: "https://app.example/cb" })));
}
