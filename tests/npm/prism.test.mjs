// Prism as a validating proxy between a client and the server: another reader of the description, who
// must find nothing that it does not say.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Client} from './support/client.mjs';
import {closed, Contract, written} from './support/contract.mjs';
import {freePort, startParley, stopped, until} from './support/server.mjs';
import {walk} from './support/walk.mjs';

let parley, prism, url;

before(async () => {
  parley = await startParley();
  // Responses are closed for this, so that a member not described is a fault.
  const description = join(parley.folder, 'openapi.json');
  writeFileSync(description, JSON.stringify({...written, components: closed(written.components),
                                             paths: closed(written.paths)}));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const program = fileURLToPath(new URL('./node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));
  prism = spawn(process.execPath, [program, 'proxy', description, parley.url, '--errors', '--host', '127.0.0.1',
                                   '--port', String(port), '--verboseLevel', 'silent'],
                {stdio: ['ignore', 'ignore', 'inherit']});
  await until(prism, 60, 'prism', async () => {
    try {
      return (await fetch(url + '/livez')).ok;
    } catch {
      return false;
    }
  });
});
after(async () => {
  if (prism) await stopped(prism);
  await parley?.stop();
});

test('prism finds nothing undocumented on the way through the whole API', async () => {
  const client = new Client(new Contract(), url);
  await walk(client, parley);
  const called = new Set([...client.seen].map((one) => one.split(' ')[0]));
  assert.equal(called.size, client.contract.operations.size);
});

test('prism does find what is not documented', async () => {
  const response = await fetch(url + '/v1/no-such-thing');
  const problem = await response.json();
  assert.match(problem.type, /stoplight\.io\/prism\/errors/);
});
