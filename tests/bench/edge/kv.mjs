// A KV namespace on this machine, for the binding of the same name: the SQLite of a Durable Object behind the HTTP that
// workerd turns a binding's calls into.
import { DurableObject } from 'cloudflare:workers';

export class Namespace extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID');
  }

  async fetch(request) {
    const { sql } = this.ctx.storage;
    const url = new URL(request.url);
    const key = decodeURIComponent(url.pathname.slice(1));
    if (request.method === 'PUT') {
      sql.exec('INSERT OR REPLACE INTO entries VALUES (?, ?)', key, await request.arrayBuffer());
      return new Response();
    }
    if (request.method === 'DELETE') {
      sql.exec('DELETE FROM entries WHERE key = ?', key);
      return new Response();
    }
    if (key === '') {
      const names = sql.exec('SELECT key AS name FROM entries WHERE key >= ? AND key < ?', url.searchParams.get('prefix') ?? '', `${url.searchParams.get('prefix') ?? ''}\u{10ffff}`).toArray();
      return Response.json({ keys: names, list_complete: true });
    }
    const [found] = sql.exec('SELECT value FROM entries WHERE key = ?', key).toArray();
    return found === undefined ? new Response(null, { status: 404 }) : new Response(found.value);
  }
}

export default { fetch: (request, env) => env.NAMESPACE.get(env.NAMESPACE.idFromName('kv')).fetch(request) };
