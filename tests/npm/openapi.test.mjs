// schemas/openapi.yaml against a running server: everything that it says happens, and nothing else.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Client} from './support/client.mjs';
import {Contract, file, withIds, written} from './support/contract.mjs';
import {mutations, withoutNulls} from './support/mutations.mjs';
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

// What a schema can say of a body. Beyond it lie e-mail addresses, zones, what was agreed, and amounts that
// a kind of remedy needs.
const shape = new Set(['unknown_field', 'wrong_type', 'out_of_range']);

test('a body is refused where its schema refuses it, and taken where it does not', async () => {
  const contract = new Contract();
  const client = new Client(contract, parley.url);
  const {platform, administrator} = parley.keys;
  const clock = (await client.call('create_clock', {key: platform, body: {now: '2026-11-21T10:00:00Z'}})).json.id;
  const ids = {clk: clock, plt: parley.platform};
  const filed = await client.call('file_dispute', {key: platform, example: 'consumer', ids});
  const trial = {query: {validate_only: true}};
  const cases = [
    ['file_dispute', 'consumer', {key: platform, ...trial}],
    ['file_dispute', 'business', {key: platform, ...trial}],
    ['take_act', 'respond_with_counterclaim', {key: platform, actAs: filed.json.parties[1].id, ...trial,
                                               params: {dispute: filed.json.id, act: 'respond'},
                                               schema: {$ref: '#/components/schemas/RespondInput'}}],
    ['create_neutral', 'mediator', {key: administrator}],
    ['update_neutral', 'back', {key: administrator, params: {neutral: parley.neutrals.mediator}}],
    ['create_clock', 'noon', {key: platform}],
    ['advance_clock', 'by', {key: platform, params: {clock}}],
    ['create_endpoint', 'some', {key: platform}],
    ['create_platform', 'shop', {key: administrator}],
    ['create_key', 'platform', {key: administrator}],
    ['create_key', 'auditor', {key: administrator}],
  ];
  for (const [operation, example, {schema, ...how}] of cases) {
    const wanted = schema ?? contract.operations.get(operation).requestBody.content['application/json'].schema;
    for (const body of mutations(withIds(contract.examples(operation)[example].value, ids))) {
      const answer = await client.call(operation, {...how, body, expect: 'any'});
      const faults = contract.faults(wanted, withoutNulls(body));
      const told = `${operation} ${JSON.stringify(body).slice(0, 600)}: ${answer.status} ${answer.text.slice(0, 400)}`;
      if (answer.status < 300) assert.deepEqual(faults, [], `taken although the schema refuses it: ${told}`);
      else if (faults.length === 0)
        assert.deepEqual((answer.json.errors ?? []).filter((e) => shape.has(e.code)), [],
                         `refused although the schema takes it: ${told}`);
    }
  }
});
