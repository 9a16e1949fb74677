// Starts the consumer's server and does what a client does: log in, consent, call its tools.
import { equal, main, ok, startServer, stopClean } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { Visitor } from '../interop/web.mjs';

await main('consumer', 40, async () => {
  const server = await startServer({ program: 'greeter' });
  const { access } = await signIn(server, new Visitor(server), { scope: 'greet' });
  const greeted = await callTool(server, access, 'greet', { who: 'Bob' });
  equal('its tool is called', answer(greeted)?.result?.content?.[0]?.text, `Hello Bob, says ${server.user}`);
  const rolled = await callTool(server, access, 'roll');
  ok('its host tool is run', /^[1-6]$/.test(answer(rolled)?.result?.content?.[0]?.text ?? ''), rolled.brief);
  equal('without a token it is refused', (await callTool(server, undefined, 'greet', { who: 'Bob' })).status, 401);
  await stopClean(server);
});
