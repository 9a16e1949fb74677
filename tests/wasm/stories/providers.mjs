// Login by GitHub and by an OpenID provider, which are made of documents: `elsewhere(host)` answers what the core fetches.
import { Visitor } from "../host.mjs";
import { authorizeTarget, mcp, modernCall, parametersOf, redeem, refresh, register, rpc, statuses } from "./speak.mjs";
import { jwks, signed } from "./signer.mjs";

const openid = "https://id.example";

export const providerSettings = {
  providers: [
    { id: "github", kind: "github", client_id: "gh-client", client_secret: "gh-secret" },
    { id: "corp", kind: "oidc", client_id: "corp-client", client_secret: "corp-secret", issuer: openid },
  ],
};

const answer = (body, status = 200, headers = []) => ({ status, headers: [["Content-Type", "application/json"], ...headers], body: JSON.stringify(body), problem: "none" });
const away = { status: 0, headers: [], body: "", problem: "unreachable" };

/** The rest of the world. Stories change its documents, and what it signs. */
export function elsewhere(host) {
  const world = {
    documents: {
      "https://github.com/login/oauth/access_token": answer({ access_token: "gho_upstream", token_type: "bearer", scope: "read:user" }),
      "https://api.github.com/user": answer({ login: "octocat", id: 583231, name: "The Octocat", bio: null, email: "cat@example.com" }),
      [`${openid}/.well-known/openid-configuration`]: answer({
        issuer: openid, authorization_endpoint: `${openid}/authorize`, token_endpoint: `${openid}/token`,
        userinfo_endpoint: `${openid}/userinfo`, jwks_uri: `${openid}/keys`, id_token_signing_alg_values_supported: ["RS256"],
      }),
      [`${openid}/keys`]: answer(jwks),
      [`${openid}/userinfo`]: answer({ sub: "u-1", name: "Ada" }),
    },
    claims: {},
    header: {},
    nonce: undefined,
  };
  host.world.fetch = async ({ url }) => {
    if (url !== `${openid}/token` || world.documents[url]) return world.documents[url] ?? away;
    const claims = { iss: openid, aud: "corp-client", sub: "u-1", nonce: world.nonce, exp: host.now + 300, iat: host.now, preferred_username: "ada", ...world.claims };
    return answer({ access_token: "corp_upstream", token_type: "Bearer", expires_in: 3600, refresh_token: "corp_refresh", id_token: signed(claims, world.header) });
  };
  return world;
}

/** From the client's request to the provider, where the visitor allows it. Gives what the browser brings back from there: `said`, and the state. */
async function departs(host, world, check, client, id, said = {}, visitor = new Visitor(host)) {
  let page = await visitor.get(authorizeTarget(client, "user notes:read"));
  page = await visitor.submit(page, { provider: id });
  check(`${id}: consent comes first`, page.status === 200 && /value="allow"/.test(page.body), page.brief);
  const sent = await visitor.submit(page, { action: "allow" });
  const there = parametersOf(sent);
  check(`${id}: then the browser is sent there`, sent.status === 303 && there.has("state"), sent.brief);
  world.nonce = there.get("nonce") ?? undefined;
  return { visitor, query: new URLSearchParams({ code: "upstream-code", state: there.get("state"), ...said }) };
}

/** A visit of which only the return is told: the client hears of an error. */
async function failsAt(id, sentence, host, world, check, client, said) {
  const { visitor, query } = await host.aside(() => departs(host, world, (what, good, detail) => good || check(`${sentence}; ${what}`, false, detail), client, id, said));
  const back = await visitor.get(`/${id}/callback?${query}`);
  const heard = parametersOf(back);
  check(`${sentence}: an error to the client`, back.status === 303 && heard.has("error") && !heard.has("code"), back.brief);
  host.now += 120;
}

export async function comesByGithub(host, check) {
  const says = statuses(check);
  const world = elsewhere(host);
  const client = (await register(host)).json;
  check("registers", typeof client?.client_id === "string");
  const { visitor, query } = await departs(host, world, check, client, "github");
  const back = await visitor.get(`/github/callback?${query}`);
  const code = parametersOf(back).get("code");
  check("GitHub knows the user: a code for the client", back.status === 303 && code !== null, back.brief);
  await says("the callback twice", 400, visitor.get(`/github/callback?${query}`));
  await says("the callback in another browser", 403, new Visitor(host).get(`/github/callback?${query}`));
  await says("a callback without a state", 400, visitor.get("/github/callback?code=x"));
  await says("a callback with a state of nobody", 400, visitor.get(`/github/callback?code=x&state=${"A".repeat(43)}`));
  await says("a callback with two states", 400, visitor.get(`/github/callback?${query}&state=x`));
  await says("a callback of another provider", 400, visitor.get(`/corp/callback?${query}`));
  await says("a callback by POST", 405, host.send("POST", "/github/callback", { form: { code: "x" } }));
  const tokens = await redeem(host, client, code);
  check("the code gives tokens", tokens.status === 200, tokens.brief);
  const profile = await modernCall(host, tokens.json.access_token, "tools/call", { name: "get_user_profile", arguments: {} });
  check("a tool asks GitHub, and gives all that it says", JSON.stringify(profile.answer).includes("octocat"), profile.brief);
  world.documents["https://api.github.com/user"] = answer({ message: "slow down" }, 403, [["Retry-After", "30"], ["X-RateLimit-Remaining", "0"]]);
  const limited = await modernCall(host, tokens.json.access_token, "tools/call", { name: "get_user_profile", arguments: {} });
  check("GitHub allows no more for now: a tool error", limited.answer?.result?.isError === true, limited.brief);
  host.now += 3000;
  world.documents["https://api.github.com/user"] = answer({ message: "Bad credentials" }, 401);
  const gone = await mcp(host, tokens.json.access_token, rpc("ping"));
  check("GitHub has ended the access: 401", gone.status === 401, gone.brief);
  const late = await refresh(host, client, tokens.json.refresh_token);
  check("and our grant has ended with it: invalid_grant", late.json?.error === "invalid_grant", late.brief);
}

export async function isRefusedByGithub(host, check) {
  const world = elsewhere(host);
  const client = (await register(host)).json;
  check("registers", typeof client?.client_id === "string");
  const token = "https://github.com/login/oauth/access_token";
  const user = "https://api.github.com/user";
  const wrong = [
    ["the user says no there", {}, { error: "access_denied" }],
    ["200 with an error", { [token]: answer({ error: "bad_verification_code" }) }],
    ["a token that breaks a header", { [token]: answer({ access_token: "x\r\ny: z", token_type: "bearer" }) }],
    ["no JSON", { [token]: { ...answer({}), body: "<html>" } }],
    ["trouble there", { [token]: answer({}, 502) }],
    ["nobody is there", { [token]: away }],
    ["a profile without an id", { [user]: answer({ login: "octocat" }) }],
    ["a profile that is refused", { [user]: answer({}, 403) }],
  ];
  for (const [sentence, documents, said] of wrong) {
    const usual = { ...world.documents };
    Object.assign(world.documents, documents);
    await failsAt("github", sentence, host, world, check, client, said);
    world.documents = usual;
  }
}

export async function comesByOpenid(host, check) {
  const world = elsewhere(host);
  const client = (await register(host)).json;
  check("registers", typeof client?.client_id === "string");
  const { visitor, query } = await departs(host, world, check, client, "corp", { iss: openid });
  const back = await visitor.get(`/corp/callback?${query}`);
  const code = parametersOf(back).get("code");
  check("a signed ID token: a code for the client", back.status === 303 && code !== null, back.brief);
  const tokens = await redeem(host, client, code);
  check("the code gives tokens", tokens.status === 200, tokens.brief);
  const who = await modernCall(host, tokens.json.access_token, "tools/call", { name: "whoami", arguments: {} });
  check("the user has the name of the claim", JSON.stringify(who.answer).includes("ada"), who.brief);
}

export async function isRefusedByOpenid(host, check) {
  const world = elsewhere(host);
  const client = (await register(host)).json;
  check("registers", typeof client?.client_id === "string");
  const wrong = [
    ["another issuer", { claims: { iss: "https://evil.example" } }],
    ["another audience", { claims: { aud: "other-client" } }],
    ["two audiences and no party", { claims: { aud: ["corp-client", "other"] } }],
    ["another nonce", { claims: { nonce: "x" } }],
    ["expired", { claims: { exp: 1_600_000_000 } }],
    ["no subject", { claims: { sub: "" } }],
    ["no signature", { header: { alg: "none" } }],
    ["an algorithm that is not the key's", { header: { alg: "ES256" } }],
    ["a key that nobody published", { header: { kid: "k2" } }],
    ["the answer of another issuer", {}, { iss: "https://evil.example" }],
  ];
  for (const [sentence, change, said] of wrong) {
    Object.assign(world, { claims: {}, header: {} }, change);
    await failsAt("corp", `an ID token, ${sentence}`, host, world, check, client, said);
  }
}
