// The server of github.mjs under Node.
import http from "node:http";
import { createNodePostern, nodeHandler } from "postern/node";
import { scopes, tools } from "./github.mjs";

const { PORT = "8000", MCP_GITHUB_CLIENT_ID, MCP_GITHUB_CLIENT_SECRET, GITHUB_ENTERPRISE = "{}" } = process.env;

const postern = await createNodePostern({
  settings: {
    public_url: `http://localhost:${PORT}`,
    own_users: false,
    scopes,
    providers: [
      {
        id: "github",
        kind: "github",
        client_id: MCP_GITHUB_CLIENT_ID,
        client_secret: MCP_GITHUB_CLIENT_SECRET,
        scope: "read:user repo", // what GitHub asks the user for; the tools can do no more
        ...JSON.parse(GITHUB_ENTERPRISE), // authorize_url, token_url, api_url
      },
    ],
  },
  data: "issues-data/postern.db",
  tools,
});
http.createServer(nodeHandler(postern)).listen(Number(PORT), "127.0.0.1");
