// schemas/openapi.yaml against a running server: everything that it says happens, and nothing else.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Client} from './support/client.mjs';
import {Contract, file, written} from './support/contract.mjs';
import {startParley} from './support/server.mjs';
import {misshapen, walk} from './support/walk.mjs';

let parley;
before(async () => {
  parley = await startParley();
});
after(() => parley?.stop());

test('the description passes its linter without a warning', () => {
  const redocly = fileURLToPath(new URL('./node_modules/@redocly/cli/bin/cli.js', import.meta.url));
  const ran = spawnSync(process.execPath, [redocly, 'lint', '--format', 'json', fileURLToPath(file)],
                        {encoding: 'utf8', env: {...process.env, REDOCLY_TELEMETRY: 'off', CI: 'true'}});
  const report = JSON.parse(ran.stdout);
  assert.deepEqual(report.problems, []);
  assert.equal(ran.status, 0, ran.stderr);
});

test('the server gives the description that lies in the repository', async () => {
  const served = await (await fetch(parley.url + '/openapi.json')).json();
  assert.deepEqual(served, written);
});

test('the description has the version of the program', async () => {
  const offer = await (await fetch(parley.url + '/.well-known/parley.json')).json();
  assert.equal(written.info.version, offer.version);
});

test('examples fit their schemas', () => {
  const contract = new Contract();
  for (const [name, operation] of contract.operations) {
    const content = operation.requestBody?.content['application/json'];
    if (!content) continue;
    assert.ok(content.examples, `${name} shows no example of its body`);
    for (const [example, {value}] of Object.entries(content.examples))
      assert.deepEqual(contract.faults(content.schema, value), [], `${name}, ${example}`);
  }
});

test('every example runs, every operation answers, and as described', async () => {
  const client = new Client(new Contract(), parley.url);
  await walk(client, parley);
  await misshapen(client, parley);
  const shown = [...client.contract.operations.keys()].flatMap((operation) =>
    Object.keys(client.contract.examples(operation)).map((example) => `${operation} ${example}`));
  assert.deepEqual(shown.filter((one) => !client.shown.has(one)), [], 'examples that were not run');
  const called = new Set([...client.seen].map((one) => one.split(' ')[0]));
  assert.deepEqual([...client.contract.operations.keys()].filter((one) => !called.has(one)), [],
                   'operations that were not called');
});
