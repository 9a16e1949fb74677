// A stand-in for a login service of somebody else (OpenID Connect): no part of the core, and no model of a careful one. It
// has one user, asks her once, and signs what it says with a key that it makes when the page begins.

import { toBase64url } from "../postern/text.mjs";

export const providerOrigin = "https://id.example";
export const providerClient = { client_id: "example-notes", client_secret: "a secret of two servers" };

const textToBase64url = (text) => toBase64url(new TextEncoder().encode(text));
const random = () => toBase64url(crypto.getRandomValues(new Uint8Array(16)));
const json = (body, status = 200) => ({ status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(body) });

export class Provider {
  lane = "provider";
  core = false;
  #clock;
  #keys;
  #waiting = new Map(); // by code: what its ID token will say

  static async create(clock) {
    const provider = new Provider();
    provider.#clock = clock;
    provider.#keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    return provider;
  }

  async handle({ method, target, body }) {
    const { pathname, searchParams } = new URL(target, providerOrigin);
    if (pathname === "/.well-known/openid-configuration") return json(this.#metadata());
    if (pathname === "/keys") return json({ keys: [await this.#publicKey()] });
    if (pathname === "/authorize" && method === "GET") return this.#ask(searchParams);
    if (pathname === "/authorize") return this.#sendBack(new URLSearchParams(body));
    if (pathname === "/token") return this.#token(new URLSearchParams(body));
    return json({ error: "not_found" }, 404);
  }

  #metadata() {
    const at = (path) => providerOrigin + path;
    return {
      issuer: providerOrigin, authorization_endpoint: at("/authorize"), token_endpoint: at("/token"), jwks_uri: at("/keys"),
      response_types_supported: ["code"], code_challenge_methods_supported: ["S256"], id_token_signing_alg_values_supported: ["ES256"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  async #publicKey() {
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
    return { kty, crv, x, y, kid: "stand-in", use: "sig", alg: "ES256" };
  }

  #ask(query) {
    const hidden = ["redirect_uri", "state", "nonce"].map((name) => `<input type="hidden" name="${name}" value="${escaped(query.get(name) ?? "")}">`);
    const body = `<!doctype html><html lang="en"><title>A login service</title><main><h1>A login service</h1>
      <p>This is a stand-in for a third party, made for this page. You are ada here.</p>
      <form method="post" action="/authorize">${hidden.join("")}<button class="strong" name="action" value="continue">Continue as ada</button></form></main></html>`;
    return { status: 200, headers: [["Content-Type", "text/html; charset=utf-8"]], body };
  }

  #sendBack(form) {
    const code = random();
    this.#waiting.set(code, form.get("nonce"));
    const query = new URLSearchParams({ code, state: form.get("state"), iss: providerOrigin });
    return { status: 303, headers: [["Location", `${form.get("redirect_uri")}?${query}`]], body: "" };
  }

  async #token(form) {
    const renewed = form.get("grant_type") === "refresh_token";
    if (!renewed && !this.#waiting.has(form.get("code"))) return json({ error: "invalid_grant" }, 400);
    const now = this.#clock.now();
    const claims = { iss: providerOrigin, aud: providerClient.client_id, sub: "u-1", iat: now, exp: now + 300, preferred_username: "ada" };
    if (!renewed) claims.nonce = this.#waiting.get(form.get("code")) ?? undefined;
    this.#waiting.delete(form.get("code"));
    return json({ access_token: random(), token_type: "Bearer", expires_in: 7200, refresh_token: random(), id_token: await this.#signed(claims) });
  }

  async #signed(claims) {
    const text = `${textToBase64url(JSON.stringify({ alg: "ES256", kid: "stand-in" }))}.${textToBase64url(JSON.stringify(claims))}`;
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.#keys.privateKey, new TextEncoder().encode(text));
    return `${text}.${toBase64url(new Uint8Array(signature))}`;
  }
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
