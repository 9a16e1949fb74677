// Tools that act at GitHub in the name of the user who logged in there.

export const scopes = [
  { token: "repositories", in_words: "See the names of your GitHub repositories, private ones, too" },
  { token: "issues", in_words: "Open issues on GitHub in your name" },
];

// What the model is told when there is no result.
const noResult = (text) => ({ content: [{ type: "text", text }], isError: true });

async function atGithub(asked, read) {
  try {
    const answer = await asked;
    return answer.ok ? read(await answer.json()) : noResult(`GitHub answered ${answer.status}.`);
  } catch (error) {
    return noResult(error.code === "none" ? "Log in by GitHub to use this tool." : error.message);
  }
}

export const tools = [
  {
    name: "list_repositories",
    description: "Lists the user's GitHub repositories, thirty on a page.",
    inputSchema: { type: "object", properties: { page: { type: "integer", minimum: 1, maximum: 1000 } }, additionalProperties: false },
    scopes: ["repositories"],
    run: ({ page = 1 }, { fetchAsUser }) =>
      atGithub(fetchAsUser(`/user/repos?page=${page}`), (all) => ({ structuredContent: { repositories: all.map((one) => one.full_name) } })),
  },
  {
    name: "open_issue",
    description: "Opens an issue in one of the user's GitHub repositories.",
    inputSchema: {
      type: "object",
      properties: { repository: { type: "string", description: "owner/name" }, title: { type: "string", minLength: 1 }, body: { type: "string" } },
      required: ["repository", "title"],
      additionalProperties: false,
    },
    scopes: ["issues"],
    run: ({ repository, title, body = "" }, { fetchAsUser }) =>
      atGithub(
        fetchAsUser(`/repos/${repository}/issues`, { method: "POST", body: JSON.stringify({ title, body }) }),
        (opened) => ({ structuredContent: { url: opened.html_url } }),
      ),
  },
];
