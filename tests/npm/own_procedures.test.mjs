// A folder of the operator's own procedures: examined before anything runs under it, and a running dispute
// is moved to a version that it brings.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {Contract} from './support/contract.mjs';
import {scratch, serve} from './support/parley.mjs';

const place = scratch();
const shipped = new URL('../../workflows/uncitral-track-2/1.json', import.meta.url);

// A folder with version 2 of a procedure, changed so.
function folderWith(change) {
  const folder = place.make();
  mkdirSync(folder);
  const procedure = JSON.parse(readFileSync(shipped, 'utf8'));
  procedure.version = 2;
  change(procedure);
  writeFileSync(`${folder}/next.json`, JSON.stringify(procedure, null, 2));
  return folder;
}
const run = (...args) => spawnSync(process.env.PARLEY_PROGRAM, args, {encoding: 'utf8', timeout: 60_000});

test('a procedure that is not proven stops the server before it starts', () => {
  const folder = folderWith((procedure) => {
    delete procedure.stages.response.steps.respondent_silent; // silence would hang
  });
  const ran = run('dev', '--port', '0', '--data', place.make(), '--procedures', folder);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /next\.json: .*respondent_silent.*parley procedure check/s);
});

test('a released version is never edited', () => {
  const folder = folderWith((procedure) => {
    procedure.version = 1;
    procedure.title = 'Something else';
  });
  const ran = run('dev', '--port', '0', '--data', place.make(), '--procedures', folder);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /a released version never changes/);
});

test('a running dispute moves to a later version, and nobody loses time unasked', async (t) => {
  const folder = folderWith((procedure) => {
    procedure.parameters.response_period.value = 'P5D';
  });
  const data = place.make();
  let parley = await serve(data);
  t.after(() => parley.kill());
  const filed = await parley.as('platform').post('/v1/disputes', parley.example());
  assert.equal(filed.procedure.version, 1);
  const respondent = filed.parties.find((party) => party.side === 'respondent').id;
  await parley.stop();

  parley = await serve(data, ['--procedures', folder]);
  const administrator = parley.as('administrator');
  const path = `/v1/disputes/${filed.id}`;
  const act = `${path}/actions/change_procedure`;
  const body = {version: 2, reasons: 'Reviewed after a year.'};
  // A new dispute takes the new version, the running one keeps its own.
  const example = parley.example();
  example.transaction.reference = 'ORD-LATER';
  assert.equal((await parley.as('platform').post('/v1/disputes', example)).procedure.version, 2);
  assert.equal((await administrator.get(path)).procedure.version, 1);

  const etag = {'If-Match': '*'};
  assert.equal((await administrator.try('POST', act, body)).status, 428);
  assert.equal((await administrator.try('POST', act, {version: 2}, etag)).json.errors[0].code, 'missing_field');
  assert.equal((await administrator.try('POST', act, {...body, version: 9}, etag)).json.errors[0].pointer, '/version');
  const refused = await administrator.try('POST', act, body, etag);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.blocked_by[0].condition, 'the respondent agrees to have less time');

  // A platform cannot say it for the party; the party itself can.
  const through = await parley.as('platform').try('POST', act, body, {'Parley-Act-As': respondent});
  assert.equal(through.json.code, 'sign_in_required');
  const key = await administrator.post('/v1/keys', {kind: 'party', owner: respondent, label: 'own sign-in'});
  const own = await fetch(parley.url + act, {
    method: 'POST', body: JSON.stringify(body),
    headers: {Authorization: `Bearer ${key.secret}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'yes'},
  });
  const agreed = await own.json();
  assert.equal(own.status, 200, JSON.stringify(agreed));
  assert.equal(agreed.events[0].type, 'procedure_agreed');

  const trial = await administrator.post(`${act}?validate_only=true`, body, etag);
  assert.equal(trial.procedure.version, 2);
  assert.equal((await administrator.get(path)).procedure.version, 1);
  const moved = await administrator.post(act, body, etag);
  const contract = new Contract();
  assert.deepEqual(contract.faults({$ref: '#/components/schemas/Dispute'}, await administrator.get(path)), []);
  assert.equal(moved.procedure.version, 2);
  assert.equal(moved.events[0].type, 'procedure_changed');
  assert.equal(moved.events[0].facts.before.version, 1);
  const response = moved.deadlines.find((deadline) => deadline.name === 'response');
  assert.match(JSON.stringify(response), /under version 2/);
  const listed = await administrator.get('/v1/disputes?reference=' + filed.transaction.reference);
  assert.equal(listed.data.find((row) => row.id === filed.id).procedure.version, 2);
  await parley.stop();

  const verified = run('journal', 'verify', '--data', data, '--procedures', folder);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  // Under what it was moved to, the whole dispute is told once more.
  const replayed = run('procedure', 'replay', '--with', `${folder}/next.json`, '--data', data, '--procedures', folder);
  assert.equal(replayed.status, 0, replayed.stderr);
  assert.match(replayed.stdout, /2 disputes: /);
});

test('a deadline counts from deemed receipt abroad, and moves at the request of whose it is', async (t) => {
  const own = (value) => ({value, means: 'The service of papers.', cites: 'own: an example'});
  const folder = folderWith((procedure) => {
    procedure.parameters.deemed = own('P3D');
    procedure.parameters.deemed_abroad = own('P9D');
    procedure.stages.response.deadlines.response.receipt = {after: 'deemed', abroad: 'deemed_abroad'};
    const more = (deadline, side) => ({
      by: [side], notifies: ['claimant', 'respondent'], means: 'Its time is longer.', cites: 'own: an example',
      does: {extend_deadline: {deadline, period_most: 'extension_max', times: 'extension_times', consent: 'none'}},
    });
    procedure.stages.response.steps.more_time = more('response', 'respondent');
    procedure.stages.deficient.steps.more_time = more('completion', 'claimant');
  });
  const parley = await serve(place.make(), ['--procedures', folder]);
  t.after(() => parley.kill());
  const example = parley.example();
  assert.notEqual(example.claimant.country, example.respondent.country);
  const platform = parley.as('platform');
  const filed = await platform.post('/v1/disputes', example);
  const clock = (dispute) => dispute.deadlines.find((one) => one.name === 'response');
  assert.match(JSON.stringify(clock(filed)), /respondent: counts as received 9 calendar days after .*, abroad/);
  const respondent = filed.parties.find((party) => party.side === 'respondent').id;
  const asked = await platform.try('POST', `/v1/disputes/${filed.id}/actions/more_time`, {by: 'P5D'},
    {'If-Match': '*', 'Parley-Act-As': respondent});
  assert.equal(asked.status, 200, JSON.stringify(asked.json));
  assert.match(JSON.stringify(clock(asked.json)), /at the request of the respondent/);
  assert.ok(clock(asked.json).at > clock(filed).at);
});
