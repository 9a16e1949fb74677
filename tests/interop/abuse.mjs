// Black-box attacks on the running server: every row of the project's list of incidents that can be shown from outside.
// What must hold afterwards: the attack failed, the honest party lost nothing, nothing answered 5xx, no secret was written down.
import { addUser, group, main, startServer, stopClean } from './lib.mjs';
import { Visitor } from './web.mjs';
import { contentTypes, forwarded, hosts, json, limits, methods, origins, smuggling } from './abuse_wire.mjs';
import { leftovers, slowClients, stuckReaders } from './abuse_slow.mjs';
import { audience, clientAuthentication, codes, forms, pkce, firstScopes, redirects, registrations, repeated, revocation, scopes, tokens } from './abuse_oauth.mjs';
import { sessions } from './abuse_sessions.mjs';
import { redeemRace, refreshRace, replays } from './abuse_races.mjs';
import { canary, throttle } from './abuse_secrets.mjs';

await main('abuse', 150, async () => {
  const wanted = process.argv.slice(2);
  const run = async (attacks, scene) => {
    for (const attack of attacks) if (!wanted.length || wanted.includes(attack.name)) await group(attack.name, () => attack(scene), 40);
  };
  const server = await startServer();
  const other = addUser(server, 'grace');
  const scene = { server, visitor: new Visitor(server), other: new Visitor(other) };
  await run([hosts, origins, contentTypes, json, limits, methods, smuggling, forwarded], scene);
  await run([codes, pkce, redirects, registrations, repeated, audience, tokens, scopes, firstScopes, clientAuthentication, revocation, forms, sessions], scene);
  await run([redeemRace, refreshRace, replays], scene);
  await run([slowClients, stuckReaders, leftovers], scene);
  await stopClean(server);

  const memory = await startServer({ store: 'memory' });
  await run([redeemRace, refreshRace, replays, throttle], { server: memory, visitor: new Visitor(memory) });
  await stopClean(memory, 'memory store');

  for (const format of ['json', 'text']) {
    const watched = await startServer({ format });
    await run([canary], { server: watched, format });          // ends the server itself, to read its files at rest
    await watched.stop();
  }
});
