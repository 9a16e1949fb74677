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

  const careless = await startServer({ program: 'careless' });
  const token = (await signIn(careless, new Visitor(careless), { scope: 'greet' })).access;
  for (const name of ['handler_reads_what_is_not_there', 'handler_throws_an_int', 'host_reads_what_is_not_there']) {
    const result = answer(await callTool(careless, token, name, {}))?.result;
    equal(`${name}: its call fails`, [result?.isError, result?.content?.[0]?.text], [true, 'The tool failed.']);
    ok(`${name}: the log names it`, careless.log.includes(`"level":"error","event":"tool.failed","tool":"${name}"`), careless.log.slice(-500));
  }
  await callTool(careless, token, 'result_does_not_fit', {});
  ok('a result that does not fit its schema is an error of the log', /"level":"error","event":"mcp.call",.*"outcome":"tool_faulty".*its result does not fit its output schema at \/line/.test(careless.log), careless.log.slice(-500));
  await stopClean(careless);
});
