// The official SDKs' clients for Go and Rust: programs of their own (go/, rust/), built by scripts/setup and told by lines what to
// call. They register, refresh and step up by themselves; their browser is a visitor.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { clock } from './clock.mjs';
import { equal, main, ok, root, startServer, step, stopClean, within } from './lib.mjs';
import { valueOf } from './oauth.mjs';
import { formsOf, Visitor } from './web.mjs';

const built = path.join(root, 'build/deps/clients');
const programs = {
  // Go reads the clock past the C library, so it is left at the real time: it refreshes what ends within ten seconds, which
  // tokens of eight do at once, while the server's clock stands still.
  Go: { file: path.join(built, 'go-client'), accessTtl: 8, expires: () => {} },
  Rust: { file: path.join(built, 'rust-client'), accessTtl: 3600, expires: () => clock.move(3601) },
};

/** A running client. `asked`: the authorization requests that its user was shown. */
class Program {
  constructor(file, server) {
    this.asked = [];
    this.visitor = new Visitor(server);
    this.child = spawn(file, [server.mcp], { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ...clock.env } });
    this.errors = '';
    this.child.stderr.setEncoding('utf8').on('data', (text) => { this.errors += text; });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }
  /** The next result. On the way there the user may be asked. */
  async result() {
    for (;;) {
      const { value, done } = await within(30, this.lines.next(), 'a line of the client');
      if (done) throw new Error(`the client has ended: ${this.errors.slice(-600)}`);
      const line = JSON.parse(value);
      if (!line.authorize) return line;
      this.asked.push(new URL(line.authorize));
      this.child.stdin.write(`${await this.visitor.authorize(line.authorize)}\n`);
    }
  }
  async call(name, args = {}) {
    this.child.stdin.write(`${JSON.stringify({ name, arguments: args })}\n`);
    const { result, error } = await this.result();
    if (error) throw new Error(error);
    return valueOf(result);
  }
  /** Its user revokes everything on the account page. */
  async revokeAll(server) {
    const page = await this.visitor.load(`${server.url}/account`);
    const { hidden } = formsOf(page.text).find((one) => one.offers('revoke-all'));
    return this.visitor.load(`${server.url}/account`, { method: 'POST', fields: { ...hidden, action: 'revoke-all' } });
  }
  async end() {
    this.child.stdin.end();
    return within(10, new Promise((ended) => { this.child.exitCode === null ? this.child.once('close', ended) : ended(this.child.exitCode); }), 'its end').catch(() => this.child.kill('SIGKILL'));
  }
}

const scopesOf = (url) => (url?.searchParams.get('scope') ?? '').split(' ').filter((one) => one !== 'offline_access').sort().join(' ');
const refreshes = (server) => server.log.split('\n').filter((line) => /"token\.refresh"/.test(line) && /"ok"/.test(line)).length;

async function story(name, { file }) {
  const server = await startServer({ clock });
  const program = new Program(file, server);
  try {
    await step(`${name}: logs in, and calls a tool`, async () => {
      const { connected, error } = await program.result();
      ok(`  connected, by ${connected}`, connected, error);
      equal('  asked for the scopes of the challenge', scopesOf(program.asked[0]), 'notes:read user');
      equal('  for this resource', program.asked[0].searchParams.get('resource'), server.mcp);
      equal('  whoami', (await program.call('whoami')).user_name, server.user);
    }, 60);
    await step(`${name}: step-up`, async () => {
      const note = await program.call('write_note', { title: `By ${name}`, text: 'Äpfel 🦊' });
      ok('  the call succeeds, once the user has allowed more', note.id, note);
      equal('  asked for all of it', [program.asked.length, scopesOf(program.asked[1])], [2, 'notes:read notes:write user']);
      equal('  and it is read back', (await program.call('read_note', { id: note.id })).text, 'Äpfel 🦊');
    }, 60);
    await step(`${name}: revoked by the user, who is asked again`, async () => {
      equal('  on the account page', (await program.revokeAll(server)).status, 303);
      equal('  whoami', (await program.call('whoami')).user_name, server.user);
      equal('  by a new authorization', program.asked.length, 3);
    }, 60);
  } finally {
    equal(`${name}: the client ends by itself`, await program.end(), 0);
  }
  await stopClean(server, name);
}

async function outlives(name, { file, accessTtl, expires }) {
  const server = await startServer({ clock, accessTtl });
  const program = new Program(file, server);
  try {
    await step(`${name}: expiry, twice`, async () => {
      await program.result();
      await program.call('whoami');
      for (const round of ['first', 'second']) {
        const before = refreshes(server);
        expires();
        equal(`  ${round}: whoami`, (await program.call('whoami')).user_name, server.user);
        ok(`  ${round}: by its refresh token`, refreshes(server) > before, server.log.slice(-400));
      }
      equal('  without its user', program.asked.length, 1);
    }, 60);
  } finally {
    await program.end();
  }
  await stopClean(server, `${name}, after expiry`);
}

const wanted = process.argv.slice(2);
const there = Object.entries(programs).filter(([name]) => !wanted.length || wanted.includes(name)).filter(([name, { file }]) => existsSync(file) || console.log(`# left out: the ${name} SDK's client: scripts/setup found no toolchain for it here`));
if (there.length === 0) process.exit(0);
await main('interop, SDKs for Go and Rust', 200, async () => {
  for (const [name, program] of there) {
    await story(name, program);
    await outlives(name, program);
  }
});
