// One route of a dispute service as one writes it by hand with fastify and pg: an act in a dispute, with an
// idempotency key, a version that is locked, a hash chain and the rows that Parley writes, in one transaction.
// Usage: service.mjs DATABASE_URL TOKEN OUTBOX_ROWS; prints its port.
import {createHash, randomBytes} from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const [url, token, outboxRows] = process.argv.slice(2);
const pool = new pg.Pool({connectionString: url, max: 20});
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const statements = {
  receipt: 'SELECT status, events FROM parley.receipt WHERE name = $1',
  lock: 'SELECT version, top, stage FROM node_dispute WHERE id = $1 FOR UPDATE',
  event: `INSERT INTO parley.event (place, version, at, number, room, stream, id, nonce, hash, stage, type, envelope)
          VALUES (nextval('node_place'), $1::bigint, $2, $1::bigint::integer, 0, $3, $4, $5, $6, $7, $8, $9) RETURNING place`,
  content: 'INSERT INTO parley.content (place, salt, bytes) VALUES ($1, $2, $3)',
  outbox: `INSERT INTO parley.outbox (at, dispute, id, kind, event, addressee, notice)
           VALUES ($1, $2, $3, 'notice', $4, $5, $6)`,
  remember: `INSERT INTO parley.receipt (version, at, status, name, fingerprint, stream, events, told)
             VALUES ($1, $2, 200, $3, $4, $5, $6, '')`,
  move: 'UPDATE node_dispute SET version = $2, top = $3 WHERE id = $1',
};
const types = {message: 'message_posted', offer: 'offer_made'};

const app = Fastify({logger: false});
app.post('/v1/disputes/:dispute/actions/:act', {
  schema: {body: {type: 'object', properties: {text: {type: 'string', maxLength: 10000}, message: {type: 'string'},
                                               remedies: {type: 'array', items: {type: 'object'}}}}},
}, async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${token}`) return reply.code(401).send({code: 'not_authenticated'});
  const key = request.headers['idempotency-key'];
  const type = types[request.params.act];
  if (!key || !type) return reply.code(400).send({code: 'bad_request'});
  const client = await pool.connect();
  const run = (name, values) => client.query({name, text: statements[name], values});
  try {
    await client.query('BEGIN');
    const name = createHash('md5').update(key).digest();
    const before = await run('receipt', [name]);
    if (before.rowCount > 0) {
      await client.query('ROLLBACK');
      return reply.send({replayed: true});
    }
    const found = await run('lock', [request.params.dispute]);
    if (found.rowCount === 0) {
      await client.query('ROLLBACK');
      return reply.code(404).send({code: 'not_found'});
    }
    const {version, top, stage} = found.rows[0];
    const next = Number(version) + 1;
    const at = Date.now() * 1000;
    const id = Buffer.concat([Buffer.from([4]), randomBytes(16)]);
    const salt = randomBytes(32);
    const content = Buffer.from(JSON.stringify(request.body));
    const event = {event: id.toString('hex'), dispute: request.params.dispute, version: next, type, stage, at,
                   actor: {role: 'claimant', via: 'platform'}, prev: top.toString('hex'),
                   content: sha256(salt, content).toString('hex'),
                   facts: request.body.remedies ? {remedies: request.body.remedies} : {}};
    const envelope = Buffer.from(JSON.stringify(event));
    const hash = sha256('event', envelope);
    const stream = Buffer.concat([Buffer.from([1]), createHash('md5').update(request.params.dispute).digest()]);
    const written = await run('event', [next, at, stream, id, randomBytes(32), hash, stage, type, envelope]);
    await run('content', [written.rows[0].place, salt, content]);
    for (let i = 0; i < Number(outboxRows); ++i)
      await run('outbox', [at, stream.subarray(1), `${event.event}/${i}`, event.event, `pty_${i}`, type]);
    await run('remember', [next, at, name, sha256(content), stream, id]);
    await run('move', [request.params.dispute, next, hash]);
    await client.query('COMMIT');
    return reply.send({id: request.params.dispute, object: 'dispute', stage, version: next,
                       events: [{...event, content: request.body}]});
  } catch (fault) {
    console.error(fault.message);
    await client.query('ROLLBACK').catch(() => {});
    throw fault;
  } finally {
    client.release();
  }
});
await app.listen({host: '127.0.0.1', port: 0});
console.log(app.server.address().port);
