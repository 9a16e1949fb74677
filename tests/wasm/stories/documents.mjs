// Clients that register nowhere: the client_id is the URL of a document, which the core fetches.
import { authorizeTarget, parametersOf, redeem, refresh, resource, statuses, tokensFor } from "./speak.mjs";
import { jwks, signed } from "./signer.mjs";

const id = "https://app.example/client.json";
const client = { client_id: id };
const described = (more) => ({ client_id: id, client_name: "Document client", redirect_uris: ["http://127.0.0.1:39007/callback"], ...more });
const answer = (body, status = 200, headers = []) => ({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body), problem: "none" });

/** `visitor` is logged in. */
export async function describesItself(host, check, visitor) {
  const says = statuses(check);
  const ask = () => visitor.get(authorizeTarget(client, "user"));
  const serve = (document) => (host.world.fetch = async ({ url }) => (url === id ? document : { status: 0, headers: [], body: "", problem: "refused" }));
  for (const [sentence, other] of [["a document by plain http", "http://app.example/client.json"], ["a document without a path", "https://app.example"],
    ["a document with a fragment", `${id}#x`], ["a document with a user", "https://u@app.example/client.json"], ["a document behind dot segments", "https://app.example/a/../client.json"]]) {
    await says(sentence, 400, visitor.get(authorizeTarget({ client_id: other }, "user")));
  }
  for (const [sentence, document] of [["nobody answers", { status: 0, headers: [], body: "", problem: "unreachable" }], ["the egress policy refuses it", { status: 0, headers: [], body: "", problem: "refused" }],
    ["too large", { status: 0, headers: [], body: "", problem: "too_large" }], ["not found", answer("{}", 404)], ["a redirect", answer("", 302, [["Location", "https://other.example/"]])],
    ["no JSON", answer("<html>")], ["a member twice", answer(`{"client_id":"${id}","client_id":"x"}`)], ["the document of another client", answer(described({ client_id: "https://other.example/client.json" }))],
    ["no redirects", answer(described({ redirect_uris: [] }))], ["a secret that everybody can read", answer(described({ client_secret: "x" }))],
    ["a client that would have a secret", answer(described({ token_endpoint_auth_method: "client_secret_basic" }))]]) {
    serve(document);
    await says(`${sentence}: no client`, 400, ask());
    host.now += 400;
  }
  serve(answer(described(), 200, [["Cache-Control", "max-age=600"]]));
  const page = await ask();
  check("a good document: the consent page shows its host", page.status === 200 && page.body.includes("app.example"), page.brief);
  await says("a redirect that the document has not", 400, visitor.get(authorizeTarget(client, "user", { redirect_uri: "https://evil.example/cb" })));
  host.world.fetch = undefined;
  const tokens = await tokensFor(host, client, visitor, "user");
  check("the copy serves while it is fresh: tokens", typeof tokens?.access_token === "string", tokens);
  await says("and a refresh, which reaches nowhere", 200, refresh(host, client, tokens.refresh_token));
  host.now += 700;
  await says("the document is stale, and nobody answers: the copy serves", 200, ask());
  for (const [sentence, challenge] of [["a challenge page", answer("<!doctype html>", 403)], ["a login", answer("", 401)], ["a block", answer("", 451)], ["trouble", answer("", 500)]]) {
    serve(challenge);
    host.now += 60;
    await says(`${sentence} in the document's place: the copy serves`, 200, ask());
  }
  serve(answer("", 410));
  host.now += 60;
  await says("the document is gone, and so is its copy", 400, ask());
  // https://chatgpt.com/oauth/client.json lists both, and may leave out the one that it prefers.
  serve(answer(described({ token_endpoint_auth_methods_supported: ["none", "private_key_jwt"], jwks_uri: "https://app.example/keys" })));
  await says("a document that lists what it can prove itself by", 200, ask());
}

/** private_key_jwt, RFC 7523. */
export async function proves(host, check, visitor) {
  const says = statuses(check);
  host.world.fetch = async ({ url }) => (url === id ? answer(described({ token_endpoint_auth_method: "private_key_jwt", jwks })) : answer("", 404));
  const page = await visitor.get(authorizeTarget(client, "user"));
  check("the document names keys: the consent page", page.status === 200, page.brief);
  const code = parametersOf(await visitor.submit(page, { action: "allow" })).get("code");
  check("a code", code !== null);
  const claims = (more) => ({ iss: id, sub: id, aud: "http://localhost:8000", iat: host.now, exp: host.now + 60, jti: "one", ...more });
  const by = (assertion, more = {}) =>
    redeem(host, client, code, { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: assertion, resource, ...more });
  await says("no proof", 401, redeem(host, client, code));
  await says("a proof of an unknown type", 401, by(signed(claims()), { client_assertion_type: "urn:other" }));
  await says("a proof that is no JWT", 401, by("x.y"));
  for (const [sentence, more, header] of [["by somebody else", { iss: "https://other.example/", jti: "a" }], ["about somebody else", { sub: "x", jti: "b" }], ["for another server", { aud: "https://other.example/", jti: "c" }],
    ["that has expired", { exp: 1_600_000_000, jti: "d" }], ["that is good for a day", { exp: 1_800_000_000, jti: "e" }], ["without an id", { jti: undefined }],
    ["without a signature", { jti: "f" }, { alg: "none" }], ["by an unknown key", { jti: "g" }, { kid: "k2" }]]) {
    await says(`a proof ${sentence}`, sentence === "about somebody else" ? 400 : 401, by(signed(claims(more), header)));
  }
  await says("a proof whose signature was changed", 401, by(`${signed(claims({ jti: "h" })).slice(0, -8)}AAAAAAAA`));
  await says("a good proof", 200, by(signed(claims())));
  await says("the same proof again", 401, by(signed(claims())));
}
