// What reaches a client: callbacks and documents. Here it is the client's core that refuses.

export const attacksOnClients = [
  {
    id: "state-changed",
    title: "A callback with another state",
    story: "The attacker lets the user's browser call the client back with a code of his own.",
    run: async (lab) => lab.callsBack(await lab.consented(), { state: "forged".repeat(7), code: "the-attackers-code" }),
  },
  {
    id: "mix-up",
    title: "Mix-up: another issuer",
    story: "The answer says that it comes from another authorization server, which would like to get the code.",
    run: async (lab) => lab.callsBack(await lab.consented(), { iss: "https://attacker.example" }),
  },
  {
    id: "mix-up-silent",
    title: "Mix-up: no issuer",
    story: "The server's metadata say that it always names itself. Somebody took that away.",
    run: async (lab) => lab.callsBack(await lab.consented(), { iss: undefined }),
  },
  {
    id: "metadata-issuer",
    title: "Metadata of another issuer",
    story: "The document at the right address describes somebody else.",
    run: (lab) => lab.misleads("/.well-known/oauth-authorization-server", (body) => ({ ...body, issuer: "https://attacker.example" })),
  },
  {
    id: "metadata-pkce",
    title: "PKCE downgrade: metadata",
    story: "The document no longer says that the server does PKCE, so that a client might go without.",
    run: (lab) => lab.misleads("/.well-known/oauth-authorization-server", ({ code_challenge_methods_supported: _, ...rest }) => rest),
  },
  {
    id: "metadata-script",
    title: "A script as authorization endpoint",
    story: "What the client opens in the browser would run there.",
    run: (lab) => lab.misleads("/.well-known/oauth-authorization-server", (body) => ({ ...body, authorization_endpoint: "javascript:alert(document.cookie)" })),
  },
  {
    id: "metadata-inside",
    title: "A token endpoint inside the network",
    story: "The client would send its request to a machine that only it can reach.",
    run: (lab) => lab.misleads("/.well-known/oauth-authorization-server", (body) => ({ ...body, token_endpoint: "http://169.254.169.254/latest/meta-data" })),
  },
];
