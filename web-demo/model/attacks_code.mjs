// Authorization codes, and the request that asks for one.

const attackerUrl = "https://app.example.attacker.example/callback";

/** The client's own request for tokens, which the attacker has in its place: it never arrived. */
async function stolen(lab) {
  const callback = await lab.consented();
  return lab.overheard("/token", () => lab.client.on({ event: "called_back", url: callback }), { lost: true });
}

export const attacksOnCodes = [
  {
    id: "code-without-verifier",
    title: "A stolen code, without a verifier",
    story: "The attacker read the code in the browser's history, and was faster than the client.",
    run: async (lab) => lab.sends(lab.world.authority.origin, await stolen(lab), { form: { code_verifier: undefined } }),
  },
  {
    id: "code-wrong-verifier",
    title: "A stolen code, with another verifier",
    story: "The same, and the attacker makes up a verifier.",
    run: async (lab) => lab.sends(lab.world.authority.origin, await stolen(lab), { form: { code_verifier: "attacker".repeat(6) } }),
  },
  {
    id: "code-replayed",
    title: "A code, once more",
    story: "The attacker recorded the client's own request for tokens, verifier and all, and sends it again.",
    async run(lab) {
      const callback = await lab.consented();
      const request = await lab.overheard("/token", () => lab.client.on({ event: "called_back", url: callback }));
      return lab.sends(lab.world.authority.origin, request, {}, "it is the same request, once more");
    },
  },
  {
    id: "code-of-another-client",
    title: "A code, redeemed by another client",
    story: "A malicious client of the same server got hold of the code and its verifier.",
    async run(lab) {
      const request = await stolen(lab);
      const { origin } = lab.world.authority;
      const body = JSON.stringify({ client_name: "Malicious", redirect_uris: [attackerUrl], token_endpoint_auth_method: "none" });
      const registered = await lab.network.send("attacker", { method: "POST", url: `${origin}/register`, headers: [["Content-Type", "application/json"]], body });
      return lab.sends(origin, request, { form: { client_id: JSON.parse(registered.reply.body).client_id } });
    },
  },
  {
    id: "code-other-redirect",
    title: "A code, with another redirect URI",
    story: "A code that was injected at one address is redeemed under another.",
    run: async (lab) => lab.sends(lab.world.authority.origin, await stolen(lab), { form: { redirect_uri: attackerUrl } }),
  },
  {
    id: "redirect-look-alike",
    title: "A redirect to a look-alike host",
    story: "The attacker sends the user a link that would bring the code to a host whose name begins like the client's.",
    async run(lab) {
      const { origin, request } = await lab.asked();
      return lab.sends(origin, request, { query: { redirect_uri: attackerUrl } });
    },
  },
  {
    id: "pkce-plain",
    title: "PKCE downgrade: method plain",
    story: "Whoever sees the request sees the verifier.",
    async run(lab) {
      const { origin, request } = await lab.asked();
      return lab.sends(origin, request, { query: { code_challenge_method: "plain" } });
    },
  },
  {
    id: "pkce-none",
    title: "PKCE downgrade: no challenge",
    story: "The challenge is taken away, so that any verifier, or none, would fit.",
    async run(lab) {
      const { origin, request } = await lab.asked();
      return lab.sends(origin, request, { query: { code_challenge: undefined, code_challenge_method: undefined } });
    },
  },
  {
    id: "resource-elsewhere",
    title: "Tokens asked for another server",
    story: "A malicious MCP server lets the client ask for a token that is good somewhere else.",
    async run(lab) {
      const { origin, request } = await lab.asked();
      return lab.sends(origin, request, { query: { resource: "https://bank.example/mcp" } });
    },
  },
];
