// A stand-in for GitHub on loopback, as its documents describe an OAuth app: the web application flow (authorize page,
// code, PKCE), the token endpoint that answers 200 with `error` and form-encoded unless JSON is asked for, tokens that
// expire and rotate where the app wants that, `GET /user` with every member that GitHub documents, `GET /user/orgs`, `GET
// /user/repos` in pages, `POST /repos/{owner}/{repo}/issues`, rate limits, and users who revoke an app.
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';

const word = (prefix) => prefix + randomBytes(18).toString('base64url');

/** A private user as GitHub's REST reference shows it. */
export function profileOf(login, id, more = {}) {
  const api = `https://api.github.com/users/${login}`;
  return {
    login, id, node_id: 'MDQ6VXNlcjE=', avatar_url: 'https://avatars.example/u/1', gravatar_id: '', url: api, html_url: `https://github.com/${login}`,
    followers_url: `${api}/followers`, following_url: `${api}/following{/other_user}`, gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`, subscriptions_url: `${api}/subscriptions`, organizations_url: `${api}/orgs`, repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`, received_events_url: `${api}/received_events`, type: 'User', user_view_type: 'private', site_admin: false,
    name: 'The Octocat', company: '@github', blog: 'https://github.blog', location: 'San Francisco', email: 'octocat@github.com', notification_email: null,
    hireable: null, bio: 'There once was...', twitter_username: null, public_repos: 8, public_gists: 8, followers: 20, following: 0,
    created_at: '2011-01-25T18:44:36Z', updated_at: '2026-01-22T11:30:00Z', private_gists: 81, total_private_repos: 100, owned_private_repos: 100,
    disk_usage: 10000, collaborators: 8, two_factor_authentication: true, plan: { name: 'pro', space: 976562499, private_repos: 9999, collaborators: 0 }, ...more,
  };
}

export async function startGithub({ expiring = false } = {}) {
  const github = {
    clientId: 'Iv1.0123456789abcdef', clientSecret: word('ghs_'), callback: undefined,
    users: { octocat: profileOf('octocat', 583231), hubot: profileOf('hubot', 480938, { name: 'Hubot', email: null }) },
    repositories: { octocat: Array.from({ length: 35 }, (_, at) => ({ id: 1296269 + at, name: `repo-${at + 1}`, full_name: `octocat/repo-${at + 1}`, private: at % 2 === 1 })), hubot: [] },
    issues: [],                        // opened so far
    moved: undefined,                  // where octocat/moved is now
    organisations: { octocat: ['acme'] },
    signIn: 'octocat',                 // who sits at the browser when the page asks
    trouble: undefined,                // 'primary', 'secondary', 'outage', 'flood', 'hang': what the API does instead of answering
    expiring, requests: [], secrets: [],
    codes: new Map(), tokens: new Map(), refreshTokens: new Map(), sessions: new Map(), approved: new Set(),
    /** The user goes to GitHub's settings and revokes the app: every token of theirs ends. */
    revokeEverything(login) {
      for (const map of [this.tokens, this.refreshTokens]) for (const [text, grant] of map) if (grant.login === login) map.delete(text);
      this.approved.delete(login);
    },
    count(path) { return this.requests.filter((one) => one.path === path).length; },
  };

  const server = http.createServer(async (call, reply) => {
    const url = new URL(call.url, 'http://github');
    let body = '';
    for await (const part of call) body += part;
    github.requests.push({ method: call.method, path: url.pathname, query: url.searchParams, body, headers: call.headers });
    const issues = /^\/repos\/([^/]+\/[^/]+)\/issues$/.exec(url.pathname);
    const route = issues && call.method === 'POST' ? openIssue(issues[1], body) : routes[`${call.method} ${url.pathname}`];
    if (!route) return send(reply, 404, { message: 'Not Found' });
    return route({ call, reply, url, body: new URLSearchParams(body) });
  });

  function send(reply, status, json, headers = {}) {
    reply.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
    reply.end(JSON.stringify(json));
  }
  function page(reply, status, html) {
    reply.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
    reply.end(`<!doctype html><title>GitHub (stand-in)</title>${html}`);
  }
  const escaped = (text) => String(text ?? '').replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

  function issue(login, scope) {
    const access = word(github.expiring ? 'ghu_' : 'gho_');
    github.tokens.set(access, { login, scope, expires: github.expiring ? Date.now() + 8 * 3600_000 : Infinity });
    github.secrets.push(access);
    const answer = { access_token: access, scope, token_type: 'bearer' };
    if (!github.expiring) return answer;
    const refresh = word('ghr_');
    github.refreshTokens.set(refresh, { login, scope });
    github.secrets.push(refresh);
    return { ...answer, expires_in: github.expiring === true ? 28800 : github.expiring, refresh_token: refresh, refresh_token_expires_in: 15897600 };
  }

  function finishAuthorize(reply, parameters, login) {
    const code = randomBytes(10).toString('hex');
    github.codes.set(code, { login, made: Date.now(), redirect: parameters.get('redirect_uri'), scope: parameters.get('scope') ?? '', challenge: parameters.get('code_challenge') });
    github.secrets.push(code);
    github.approved.add(login);
    const back = new URL(parameters.get('redirect_uri') ?? github.callback);
    back.searchParams.set('code', code);
    if (parameters.has('state')) back.searchParams.set('state', parameters.get('state'));
    reply.writeHead(302, { Location: back.href });
    reply.end();
  }

  function api(handler) {
    return ({ call, reply, url }) => {
      if (!call.headers['user-agent']) return send(reply, 403, { message: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.' });
      if (github.trouble === 'hang') return undefined;
      if (github.trouble === 'outage') { reply.writeHead(502, { 'Content-Type': 'text/html' }); return reply.end('<html>Unicorn</html>'); }
      if (github.trouble === 'flood') return send(reply, 200, ['x'.repeat(2 << 20)]);
      if (github.trouble === 'primary') return send(reply, 403, { message: 'API rate limit exceeded' }, { 'X-RateLimit-Limit': '5000', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Math.floor(Date.now() / 1000) + 120) });
      if (github.trouble === 'secondary') return send(reply, 429, { message: 'You have exceeded a secondary rate limit' }, { 'Retry-After': '60' });
      const token = /^(?:bearer|token) (\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
      const grant = github.tokens.get(token);
      if (!grant || Date.now() > grant.expires) return send(reply, 401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' });
      return handler({ reply, url, grant });
    };
  }

  const listed = ({ reply, url, grant }) => {
    const [page, size] = [Number(url.searchParams.get('page') ?? 1), Number(url.searchParams.get('per_page') ?? 30)];
    const all = github.repositories[grant.login].filter((one) => !one.private || /\brepo\b/.test(grant.scope));
    const more = page * size < all.length;
    return send(reply, 200, all.slice((page - 1) * size, page * size), more ? { Link: `<${github.origin}/user/repos?page=${page + 1}>; rel="next"` } : {});
  };

  const openIssue = (repository, text) => api(({ reply, grant }) => {
    if (repository === 'octocat/moved') return send(reply, 307, { message: 'Moved' }, { Location: github.moved });
    if (!/\brepo\b/.test(grant.scope) || !github.repositories[grant.login].some((one) => one.full_name === repository)) return send(reply, 404, { message: 'Not Found' });
    const { title, body } = JSON.parse(text);
    if (typeof title !== 'string' || title === '') return send(reply, 422, { message: 'Validation Failed', errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }] });
    github.issues.push({ repository, title, body, by: grant.login });
    const number = github.issues.length;
    const url = `https://github.com/${repository}/issues/${number}`;
    return send(reply, 201, { number, title, body, html_url: url, user: { login: grant.login } }, { Location: url });
  });

  const routes = {
    'GET /login/oauth/authorize': ({ call, reply, url }) => {
      const asked = url.searchParams;
      if (asked.get('client_id') !== github.clientId) return page(reply, 404, '<h1>404</h1>');
      if (asked.get('redirect_uri') && !asked.get('redirect_uri').startsWith(github.callback)) {
        const back = new URL(github.callback);
        back.searchParams.set('error', 'redirect_uri_mismatch');
        if (asked.has('state')) back.searchParams.set('state', asked.get('state'));
        reply.writeHead(302, { Location: back.href });
        return reply.end();
      }
      const session = /(?:^|; )user_session=([^;]+)/.exec(call.headers.cookie ?? '')?.[1];
      const login = github.sessions.get(session);
      if (login && github.approved.has(login)) return finishAuthorize(reply, asked, login);   // no page at all
      return page(reply, 200, `<h1>Authorize</h1><p>Sign in as ${escaped(github.signIn)} and authorize this application</p>
        <form method="post" action="/login/oauth/authorize"><input type="hidden" name="query" value="${escaped(asked)}">
        <button name="action" value="cancel">Cancel</button> <button name="action" value="authorize">Authorize application</button></form>`);
    },
    'POST /login/oauth/authorize': ({ reply, body }) => {
      const asked = new URLSearchParams(body.get('query'));
      if (body.get('action') !== 'authorize') {
        const back = new URL(asked.get('redirect_uri') ?? github.callback);
        back.searchParams.set('error', 'access_denied');
        back.searchParams.set('error_description', 'The user has denied your application access.');
        if (asked.has('state')) back.searchParams.set('state', asked.get('state'));
        reply.writeHead(302, { Location: back.href });
        return reply.end();
      }
      const session = word('');
      github.sessions.set(session, github.signIn);
      reply.setHeader('Set-Cookie', `user_session=${session}; Path=/; HttpOnly; SameSite=Lax`);
      return finishAuthorize(reply, asked, github.signIn);
    },
    'POST /login/oauth/access_token': ({ call, reply, body }) => {
      const answer = token(body);
      if (/application\/json/.test(call.headers.accept ?? '')) return send(reply, 200, answer);
      reply.writeHead(200, { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' });
      return reply.end(new URLSearchParams(Object.entries(answer)).toString());
    },
    'GET /user': api(({ reply, grant }) => send(reply, 200, github.users[grant.login], { 'X-OAuth-Scopes': grant.scope, 'X-RateLimit-Limit': '5000', 'X-RateLimit-Remaining': '4999' })),
    'GET /user/repos': api(listed),
    'GET /user/orgs': api(({ reply, grant }) => send(reply, 200, (github.organisations[grant.login] ?? []).map((login, id) => ({ login, id })))),
  };

  function token(body) {
    const wrong = (error, error_description) => ({ error, error_description, error_uri: 'https://docs.github.com/apps' });
    if (body.get('client_id') !== github.clientId || body.get('client_secret') !== github.clientSecret) {
      return wrong('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
    }
    if (body.get('grant_type') === 'refresh_token') {
      const grant = github.refreshTokens.get(body.get('refresh_token'));
      github.refreshTokens.delete(body.get('refresh_token'));
      return grant ? issue(grant.login, grant.scope) : wrong('bad_refresh_token', 'The refresh token passed is incorrect or expired.');
    }
    const code = github.codes.get(body.get('code'));
    github.codes.delete(body.get('code'));
    if (!code || Date.now() - code.made > 600_000) return wrong('bad_verification_code', 'The code passed is incorrect or expired.');
    if (body.get('redirect_uri') && body.get('redirect_uri') !== code.redirect) return wrong('redirect_uri_mismatch', 'The redirect_uri is not the one of the authorization request.');
    if (code.challenge && createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url') !== code.challenge) {
      return wrong('bad_verification_code', 'The code verifier does not fit.');
    }
    return issue(code.login, code.scope);
  }

  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return Object.assign(github, {
    origin,
    /** The [[provider]] table that points a server at this stand-in; id and secret come from the environment. */
    toml: `[[provider]]\nid = "github"\nkind = "github"\nauthorize_url = "${origin}/login/oauth/authorize"\ntoken_url = "${origin}/login/oauth/access_token"\napi_url = "${origin}"\n`,
    env: { MCP_GITHUB_CLIENT_ID: github.clientId, MCP_GITHUB_CLIENT_SECRET: github.clientSecret },
    async close() { server.closeAllConnections(); await new Promise((done) => server.close(done)); },
  });
}
