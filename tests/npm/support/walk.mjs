// A walk through the whole API in which every example of the description is used, each where it belongs.
const start = '2026-11-21T10:00:00Z';

/** One dispute under a clock of its own, and whoever acts in it. */
class Dispute {
  constructor(client, parley, desk) {
    Object.assign(this, {client, parley, desk});
  }

  async file(example) {
    const {client, parley} = this;
    this.clock = (await client.call('create_clock', {key: parley.keys.platform, body: {now: start}})).json.id;
    const filed = await client.call('file_dispute',
                                    {key: parley.keys.platform, example, ids: {clk: this.clock}});
    this.id = filed.json.id;
    this.params = {dispute: this.id};
    this.parties = Object.fromEntries(filed.json.parties.map((p) => [p.side, p.id]));
    this.own = {};
    for (const side of ['claimant', 'respondent'])
      this.own[side] = (await client.call('create_key', {key: parley.keys.administrator, example: 'party',
                                                         ids: {pty: this.parties[side]}})).json.secret;
    return this;
  }

  /** How `who` asks: through the platform, by a sign-in of one's own (claimant_self), or by one's key. */
  as(who) {
    if (this.parties[who]) return {key: this.parley.keys.platform, actAs: this.parties[who]};
    if (who.endsWith('_self')) return {key: this.own[who.slice(0, -5)]};
    if (who === 'decider') return {key: this.parley.keys.arbitrator};
    return {key: this.parley.keys[who] ?? this.desk.keys[who]};
  }

  see(who, how = {}) {
    return this.client.call('get_dispute', {...this.as(who), params: this.params, ...how});
  }

  async act(who, act, how = {}) {
    const headers = {};
    if (['appoint', 'decide_objection', 'award', 'recommend', 'correct'].includes(act))
      headers['If-Match'] = (await this.see(who)).headers.get('ETag');
    const body = how.body || how.example ? {} : {example: act};
    // Who accepts names the very text that the dispute shows.
    if (act === 'accept_outcome' && !how.body)
      body.set = {text_sha256: (await this.see(who)).json.outcome.text_sha256};
    return this.client.call('take_act', {...this.as(who), headers, params: {...this.params, act},
                                         ids: {ntr: how.neutral}, ...body, ...how});
  }

  pass(period) {
    return this.client.call('advance_clock', {key: this.parley.keys.platform, params: {clock: this.clock},
                                              body: {by: period}});
  }

  async toMediation() {
    await this.act('respondent', 'respond');
    await this.act('claimant', 'ask_for_mediator');
    await this.act('administrator', 'appoint', {neutral: this.parley.neutrals.mediator});
    await this.act('mediator', 'accept_appointment');
    return this;
  }

  async toDeliberation() {
    await this.pass('P11D');
    await this.act('administrator', 'appoint', {neutral: this.parley.neutrals.arbitrator});
    await this.act('decider', 'accept_appointment');
    return this;
  }
}

async function office({client, parley, desk}) {
  const key = parley.keys.administrator;
  const platform = (await client.call('create_platform', {key, example: 'shop'})).json.id;
  await client.call('get_platform', {key, params: {platform}});
  const first = await client.call('list_platforms', {key, query: {limit: 1}});
  await client.call('list_platforms', {key, query: {limit: 1, after: first.json.next}});

  const again = {key, example: 'mediator', idempotencyKey: '"one-mediator"'};
  const neutral = (await client.call('create_neutral', again)).json.id;
  const replayed = await client.call('create_neutral', again);
  if (replayed.headers.get('Idempotent-Replayed') !== 'true') throw new Error('the answer was not replayed');
  await client.call('update_neutral', {key, params: {neutral}, example: 'away'});
  await client.call('update_neutral', {key, params: {neutral}, example: 'back'});
  await client.call('list_neutrals', {key});
  await client.call('get_neutral', {key: parley.keys.auditor, params: {neutral}});

  await client.call('create_key', {key, example: 'platform', ids: {plt: platform}});
  await client.call('create_key', {key, example: 'auditor'});
  const made = (await client.call('create_key', {key, example: 'neutral', ids: {ntr: neutral}})).json;
  desk.keys.standby = made.secret;
  desk.standby = neutral;
  const other = (await client.call('create_key', {key, example: 'auditor'})).json.id;
  await client.call('get_key', {key, params: {key: other}});
  await client.call('revoke_key', {key, params: {key: other}, example: 'revoke'});
}

async function procedures({client, parley}) {
  const key = parley.keys.platform;
  const page = await client.call('list_procedures', {key, query: {limit: 1}});
  await client.call('list_procedures', {key, query: {limit: 1, after: page.json.next}});
  const {name, version} = page.json.data[0];
  const whole = await client.call('get_procedure', {key, params: {name, version}});
  await client.call('check_procedure', {key, body: whole.json.definition});
  const document = {name: 'on-site-mediation', version: 1, document: 'minutes'};
  await client.call('get_document_schema', {key, params: document});
  await client.call('get_document_schema', {key, params: {...document, document: 'none'}, expect: 404});
  await client.call('check_procedure', {key, example: 'almost_empty', expect: 422});
  client.shown.add('check_procedure almost_empty'); // it is there to be refused
  for (const kind of client.contract.operations.get('get_act_schema').parameters[0].schema.enum)
    await client.call('get_act_schema', {params: {kind}});
}

async function clocks({client, parley}) {
  const key = parley.keys.platform;
  const clock = (await client.call('create_clock', {key, example: 'noon'})).json.id;
  await client.call('list_clocks', {key});
  await client.call('get_clock', {key, params: {clock}});
  await client.call('advance_clock', {key, params: {clock}, example: 'by'});
  await client.call('advance_clock', {key, params: {clock}, example: 'to'});
}

async function parties({client, parley, desk}) {
  const one = await new Dispute(client, parley, desk).file('consumer');
  const {platform} = parley.keys;
  const {params} = one;
  const made = (await client.call('create_access_token', {key: platform, params, example: 'widget', ids: {pty: one.parties.claimant}})).json;
  await client.call('get_dispute', {key: made.token, params});
  await client.call('list_feed', {key: made.token, expect: 403});
  await client.call('create_access_token', {key: platform, params, expect: 422,
                                            body: {party: 'pty_01M6A15AJ2E0HSAN6V6RN8D00D'}});
  const begun = (await client.call('begin_sign_in', {key: platform, params, example: 'party', ids: {pty: one.parties.claimant}})).json;
  await client.call('begin_sign_in', {key: made.token, params, body: {}});
  const {code} = (await client.call('show_sign_in_code', {key: platform, params: {sign_in: begun.id}})).json;
  await client.call('finish_sign_in', {example: 'code', expect: 422});
  client.shown.add('finish_sign_in code'); // it is there to be refused
  const own = (await client.call('finish_sign_in', {body: {link: begun.link, code}})).json;
  await client.call('finish_sign_in', {body: {link: begun.link, code}, expect: 409});
  if (!own.verified) throw new Error('who signed in is not the party');
  await client.call('get_dispute', {key: own.token, params});
  await client.call('revoke_access_token', {key: platform, params: {...params, token: made.id}, example: 'revoke'});
  await client.call('get_dispute', {key: made.token, params, expect: 401});
}

async function webhooks({client, parley}) {
  const {platform, administrator} = parley.keys;
  const made = (await client.call('create_endpoint', {key: platform, example: 'everything'})).json;
  const other = (await client.call('create_endpoint', {key: platform, example: 'some'})).json;
  await client.call('create_endpoint', {key: platform, body: {url: 'https://127.0.0.1/'}, expect: 422});
  const params = {endpoint: made.id};
  const how = {key: platform, params};
  await client.call('list_endpoints', how);
  await client.call('get_endpoint', {key: administrator, params: {endpoint: other.id}});
  await client.call('update_endpoint', {...how, example: 'moved'});
  await client.call('rotate_endpoint_secret', {...how, example: 'nothing'});
  await client.call('pause_endpoint', {...how, example: 'nothing'});
  await client.call('test_endpoint', {...how, body: {}, expect: 409});
  await client.call('resume_endpoint', {...how, example: 'nothing'});
  const sent = (await client.call('test_endpoint', {...how, example: 'nothing', expect: 202})).json;
  const page = await client.call('list_deliveries', {...how, query: {limit: 1}});
  if (page.json.data[0].id !== sent.id) throw new Error('the test message is not listed');
  await client.call('list_deliveries', {...how, query: {state: 'failed'}});
  await client.call('replay_deliveries', {...how, body: {message: sent.id}, expect: 202});
  await client.call('replay_deliveries', {...how, example: 'stretch', expect: 202});
  await client.call('replay_deliveries', {...how, body: {message: 'whm_none'}, expect: 422});
  await client.call('delete_endpoint', {...how, expect: 204});
  await client.call('get_endpoint', {...how, expect: 404});
}

async function feed({client, parley}) {
  for (const who of ['platform', 'administrator', 'auditor']) {
    const key = parley.keys[who];
    const page = await client.call('list_feed', {key, query: {limit: 100}});
    if (page.json.data.length === 0) throw new Error('the feed is empty');
    await client.call('list_feed', {key, query: {after: page.json.next}});
  }
  await client.call('list_feed', {key: parley.keys.mediator, expect: 403});
}

async function toRecommendation({client, parley, desk}) {
  const one = await new Dispute(client, parley, desk).file('consumer');
  await one.act('respondent', 'respond', {query: {validate_only: true}, idempotencyKey: null});
  await one.act('respondent', 'respond');
  await one.act('respondent', 'offer');
  await one.act('claimant', 'decline');
  await one.act('claimant', 'message');
  await one.act('claimant', 'extend');
  await one.act('claimant', 'ask_for_mediator');
  await one.act('administrator', 'appoint', {neutral: parley.neutrals.mediator});
  await one.act('mediator', 'accept_appointment');
  await one.act('claimant_self', 'message', {example: 'message_in_caucus'});
  await one.act('mediator', 'disclose');
  await one.act('respondent', 'object');
  await one.act('administrator', 'decide_objection');
  await one.act('mediator', 'request_evidence');
  await one.act('mediator', 'propose');
  await one.act('claimant', 'accept');
  await one.toDeliberation();
  await one.act('claimant', 'submit_evidence');
  await one.act('decider', 'set_final_date');
  await one.pass('P11D');
  await one.act('decider', 'recommend');
  await one.pass('P8D');
  await one.act('respondent_self', 'accept_outcome');
  await one.act('claimant_self', 'accept_outcome');
  for (const name of ['outcome', 'arbitration_agreement'])
    await client.call('get_document', {...one.as('claimant'), params: {...one.params, name}});
  for (const who of ['platform', 'claimant', 'respondent_self', 'mediator', 'decider', 'administrator', 'auditor']) {
    const seen = await one.see(who);
    await one.see(who, {headers: {'If-None-Match': seen.headers.get('ETag')}, expect: 304});
    await client.call('list_actions', {...one.as(who), params: one.params});
    await client.call('list_events', {...one.as(who), params: one.params, query: {limit: 100}});
    await client.call('list_disputes', one.as(who));
  }
  const page = await client.call('list_events', {...one.as('auditor'), params: one.params, query: {limit: 2}});
  await client.call('list_events', {...one.as('auditor'), params: one.params, query: {after: page.json.next}});
  const erased = await client.call('erase_dispute', {key: parley.keys.administrator, params: one.params, example: 'erase'});
  if (erased.json.claim.statement !== null) throw new Error('words are left after erasing');
  await client.call('list_events', {...one.as('auditor'), params: one.params, query: {limit: 100}});
  return one;
}

async function toAward({client, parley, desk}, last) {
  const one = await new Dispute(client, parley, desk).file('business');
  await one.act('respondent', 'respond', {example: 'respond_with_counterclaim'});
  await one.act('claimant', 'reply');
  await one.act('claimant', 'ask_for_mediator');
  await one.act('administrator', 'appoint', {neutral: desk.standby});
  await one.act('standby', 'accept_appointment');
  await one.act('standby', 'recuse'); // and so it sees no more of the dispute
  await one.act('administrator', 'appoint', {neutral: parley.neutrals.mediator});
  await one.act('mediator', 'accept_appointment');
  await one.toDeliberation();
  await one.pass('P11D');
  await one.act('decider', 'award');
  await one.act('claimant', 'request_correction');
  await one.act('decider', 'correct');
  await one.pass('P8D');
  await one.act('claimant', last);
  for (const who of ['claimant', 'decider', 'auditor']) {
    await one.see(who);
    await client.call('list_events', {...one.as(who), params: one.params, query: {limit: 100}});
  }
}

// The office finds what it must do, and a neutral too.
async function queues({client, parley, desk}) {
  const one = await new Dispute(client, parley, desk).file('consumer');
  await one.act('respondent', 'respond');
  await one.act('claimant', 'ask_for_mediator');
  const {administrator, auditor, platform, mediator} = parley.keys;
  const office = {key: administrator, params: {queue: 'administration'}};
  for (const key of [administrator, auditor, mediator]) await client.call('list_queues', {key});
  const page = await client.call('list_tasks', {...office, query: {limit: 1}});
  const task = page.json.data[0].id;
  if (page.json.next) await client.call('list_tasks', {...office, query: {limit: 1, after: page.json.next}});
  await client.call('list_tasks', {...office, query: {kind: 'appoint', reason: 'not_received', language: 'es',
                                                      country: 'ES', holder: 'nobody'}});
  const params = {task};
  const seen = await client.call('get_task', {key: auditor, params});
  await client.call('get_task', {key: auditor, params, expect: 304,
                                 headers: {'If-None-Match': seen.headers.get('ETag')}});
  let etag = seen.headers.get('ETag');
  const move = async (operation, how) => {
    const moved = await client.call(operation, {key: administrator, params, headers: {'If-Match': etag}, ...how});
    if (moved.status === 200) etag = moved.headers.get('ETag');
    return moved;
  };
  await client.call('claim_task', {key: administrator, params, example: 'usual', expect: 428});
  const stale = etag;
  await move('claim_task', {example: 'usual'});
  await move('claim_task', {example: 'usual', headers: {'If-Match': stale}, expect: 412});
  await move('claim_task', {example: 'longer'});
  await move('complete_task', {example: 'paid', expect: 409});
  await move('snooze_task', {example: 'waits'});
  await client.call('get_task', {key: administrator, params});
  await move('claim_task', {example: 'usual'}); // taken up again before its time
  const me = 'key_' + administrator.split('_')[2];
  await move('assign_task', {example: 'colleague', ids: {key: me}});
  await move('release_task', {example: 'handed_over'});
  await move('claim_task', {key: auditor, example: 'usual', expect: 403});
  await client.call('claim_task', {key: platform, params, example: 'usual', expect: 404});
  await client.call('list_queues', {key: platform, expect: 404});
  await client.call('next_task', {...office, example: 'next'});
  await client.call('next_task', {key: administrator, params: {queue: 'mediation'}, example: 'next', expect: 204});
  await client.call('list_disputes', {key: platform, query: {q: 'ruiz', limit: 1}});
}

async function breachInTheOffice({client, parley}) {
  const key = parley.keys.administrator;
  const page = await client.call('list_tasks', {key, params: {queue: 'administration'}, query: {kind: 'look_into_breach'}});
  const params = {task: page.json.data[0].id};
  const claimed = await client.call('claim_task', {key, params, example: 'usual', headers: {'If-Match': page.json.data[0].etag}});
  await client.call('complete_task', {key, params, example: 'paid', headers: {'If-Match': claimed.headers.get('ETag')}});
  await client.call('get_task', {key, params});
}

async function otherEnds({client, parley, desk}) {
  const fresh = (example) => new Dispute(client, parley, desk).file(example);
  await (await fresh('consumer')).act('claimant', 'withdraw');

  const settled = await fresh('consumer');
  await settled.act('respondent', 'respond');
  await settled.act('respondent', 'offer');
  await settled.act('claimant', 'accept');
  await settled.see('claimant');

  const objected = await (await fresh('consumer')).toMediation();
  await objected.act('claimant', 'object', {example: 'object_without_reasons'});

  const refused = await (await fresh('consumer')).toMediation();
  await refused.toDeliberation();
  await refused.pass('P11D');
  await refused.act('decider', 'recommend');
  await refused.act('respondent', 'refuse_outcome');

  const silent = await fresh('consumer');
  const fired = await silent.pass('P1Y');
  if (fired.json.fired.length === 0) throw new Error('silence fired no deadline');
  const key = parley.keys.platform;
  await client.call('list_disputes', {key, query: {status: 'open', limit: 1}});
  const page = await client.call('list_disputes', {key, query: {reference: 'ORD-10027', limit: 1}});
  await client.call('list_disputes', {key, query: {reference: 'ORD-10027', limit: 1, after: page.json.next}});
  await client.call('list_disputes', {key, query: {stage: 'response', party: silent.parties.claimant}});
}

// Refused although the request has the right shape.
async function refusals({client, parley, desk}) {
  const one = await new Dispute(client, parley, desk).file('consumer');
  const {platform, administrator, auditor} = parley.keys;
  await one.act('respondent', 'accept', {expect: 409});
  await one.act('claimant', 'respond', {expect: 403});
  await one.act('claimant', 'dance', {body: {}, expect: 404});
  await one.act('claimant', 'withdraw', {headers: {'If-Match': '"v99-claimant"'}, expect: 412});
  await one.act('respondent', 'respond', {body: {answer: 'contest', statement: 'No.', counterclaim: {
    reason: 'late', amount: {amount: 1, currency: 'JPY'}, statement: 'Late.'}}, expect: 422});
  const named = {...one.as('respondent'), params: {...one.params, act: 'respond'}, idempotencyKey: 'same'};
  await client.call('take_act', {...named, example: 'respond'});
  await client.call('take_act', {...named, body: {answer: 'accept', statement: 'Yes.'}, expect: 422});
  await one.act('claimant', 'ask_for_mediator');
  await client.call('take_act', {key: administrator, params: {...one.params, act: 'appoint'}, expect: 428,
                                 example: 'appoint', ids: {ntr: parley.neutrals.mediator}});
  await client.call('file_dispute', {key: administrator, example: 'consumer', ids: {clk: one.clock}, expect: 403});
  const filing = client.contract.examples('file_dispute').consumer.value;
  await client.call('file_dispute', {key: platform, expect: 422,
                                     body: {...filing, clock: one.clock, procedure: 'uncitral-track-1'}});
  await client.call('file_dispute', {key: platform, expect: 422, body: {...filing, clock: one.clock, consents: []}});
  await client.call('file_dispute', {key: platform, query: {validate_only: true}, idempotencyKey: null,
                                     body: {...filing, clock: one.clock}});
  const nowhere = 'dsp_01M6A15AJ2EY2TBWDJVW8G8NHV';
  for (const operation of ['get_dispute', 'list_events', 'list_actions'])
    await client.call(operation, {key: platform, params: {dispute: nowhere}, expect: 404});
  await client.call('erase_dispute', {key: administrator, params: {dispute: nowhere}, expect: 404});
  await client.call('erase_dispute', {key: platform, params: one.params, expect: 403});
  await client.call('get_neutral', {key: auditor, params: {neutral: 'ntr_01M8AD39J2F4WS0QWNKG4A9TAD'}, expect: 404});
  await client.call('get_procedure', {key: platform, params: {name: 'none', version: 1}, expect: 404});
  await client.call('create_key', {key: administrator, expect: 422, body: {kind: 'platform', owner: 'plt_01M8AD39J2EEW99R2K0RP7Y6KC'}});
  await client.call('advance_clock', {key: platform, params: {clock: one.clock}, body: {to: start.replace('2026', '2025')}, expect: 409});
  await client.call('get_clock', {key: platform, params: {clock: 'clk_01M6A15AJ2EQB93NPC8T67CFH1'}, expect: 404});
  await client.call('get_metrics', {key: platform, expect: 403});
  await client.call('get_problem', {params: {code: 'no_such_problem'}, expect: 404});
}

async function operations({client, parley}) {
  await client.call('get_liveness');
  await client.call('get_readiness');
  await client.call('get_readiness', {query: {verbose: ''}});
  await client.call('get_metrics', {key: parley.keys.administrator});
  await client.call('get_openapi');
  for (const response of Object.values(client.contract.document.components.responses))
    for (const code of response.content['application/problem+json'].schema.allOf[1].properties.code.enum)
      await client.call('get_problem', {params: {code}});
  await client.call('get_offer_of_service');
}

/** All of it, with a client that may go through a proxy; every request has the shape described. */
export async function walk(client, parley) {
  const all = {client, parley, desk: {keys: {}}};
  await office(all);
  await procedures(all);
  await clocks(all);
  await webhooks(all);
  await parties(all);
  await toRecommendation(all);
  await toAward(all, 'confirm_performance');
  await toAward(all, 'report_breach');
  await breachInTheOffice(all);
  await queues(all);
  await otherEnds(all);
  await feed(all);
  await refusals(all);
  await operations(all);
}

/** Requests that are not as described, so that no validating proxy lets them through. */
export async function misshapen(client, parley) {
  const desk = {keys: {}};
  const one = await new Dispute(client, parley, desk).file('consumer');
  const key = parley.keys.platform;
  const act = {...one.as('respondent'), params: {...one.params, act: 'respond'}};
  await client.call('file_dispute', {key: parley.keys.platform, body: {claimants: []}, expect: 422});
  await client.call('file_dispute', {expect: 401, example: 'consumer', ids: {clk: one.clock}});
  await client.call('file_dispute', {key, expect: 400, example: 'consumer', ids: {clk: one.clock}, idempotencyKey: null});
  await client.call('file_dispute', {key, expect: 400, raw: '{"claimant":'});
  await client.call('file_dispute', {key, expect: 400, raw: '{"claim":1,"claim":2}'});
  await client.call('file_dispute', {key, expect: 413, raw: ' '.repeat(300 * 1024)});
  await client.call('file_dispute', {key, expect: 415, raw: '<a/>', headers: {'Content-Type': 'text/xml'}});
  await client.call('take_act', {...act, body: {answer: 'perhaps'}, expect: 422});
  await client.call('take_act', {...act, raw: 'x', expect: 415, headers: {'Content-Type': 'text/plain'}});
  await client.call('take_act', {...act, key: 'parley_test_nobody', body: {}, expect: 401});
  await client.call('list_disputes', {key, query: {limit: 0}, expect: 400});
  await client.call('list_disputes', {key, query: {colour: 'red'}, expect: 400});
  await client.call('list_disputes', {key, query: {after: 'made-up'}, expect: 400});
  await client.call('get_act_schema', {params: {kind: 'dance'}, expect: 404});
  await client.call('get_liveness', {query: {verbose: 1}, expect: 400});
  await client.call('create_platform', {key: parley.keys.administrator, body: {name: ''}, expect: 422});
  await client.call('create_neutral', {key: parley.keys.administrator, body: {}, expect: 422});
}
