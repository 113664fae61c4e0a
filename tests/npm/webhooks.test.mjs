// What a marketplace's receiver sees: stock libraries verify every message, nothing is ever missing, and
// hardly anything comes twice, whatever is killed in between.
import assert from 'node:assert/strict'
import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { after, test } from 'node:test'
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { scratch, serve } from './support/parley.mjs'
import { receive } from './support/receiver.mjs'

const long = process.env.PARLEY_LONG !== undefined
const folder = scratch()
const flags = ['--webhook-allow-cidr', '127.0.0.1/32']

const until = async (what, holds, patience = 60_000) => {
    const end = Date.now() + patience
    for (;;) {
        const got = await holds()
        if (got) return got
        assert.ok(Date.now() < end, `in vain: ${what}`)
        await new Promise(done => setTimeout(done, 20))
    }
}

test('stock libraries verify what is sent', async t => {
    const parley = await serve(folder.make(), flags)
    after(() => parley.stop())
    const shop = parley.as('platform')
    const receiver = await receive()
    after(() => receiver.close())
    const made = await shop.post('/v1/webhook_endpoints', { url: receiver.url })
    const path = `/v1/webhook_endpoints/${made.id}`
    let secret = made.secret

    const accepted = (message, key, library) => {
        const headers = { ...message.headers }
        if (library === Svix)
            for (const part of ['id', 'timestamp', 'signature'])
                headers[`svix-${part}`] = headers[`webhook-${part}`]
        return new library(key).verify(message.body, headers)
    }

    await t.test('both libraries, a dispute', async () => {
        const dispute = await shop.post('/v1/disputes', parley.example())
        const message = await until('the message', () => receiver.messages[0])
        for (const library of [Standard, Svix])
            assert.deepEqual(accepted(message, secret, library).data,
                { event: message.id, dispute: dispute.id, number: 1, live: false })
        assert.equal(JSON.parse(message.body).type, 'dispute.filed')
        assert.throws(() => accepted({ ...message, body: message.body + ' ' }, secret, Standard))
        assert.ok(message.body.length < 20_000)
    })

    await t.test('while a secret is replaced, old and new', async () => {
        const old = secret
        secret = (await shop.post(`${path}/rotate_secret`, {})).secret
        const { id } = await shop.post(`${path}/test`, {})
        const message = await until('the test', () => receiver.messages.find(one => one.id === id))
        assert.equal(message.headers['webhook-signature'].split(' ').length, 2)
        for (const key of [old, secret])
            for (const library of [Standard, Svix])
                assert.equal(accepted(message, key, library).type, 'endpoint.test')
    })

    await t.test('a replay has the same id, a fresh timestamp and a good signature', async () => {
        const first = receiver.messages[0]
        await until('its record', async () => (await shop.get(`${path}/deliveries?state=delivered`))
            .data.some(one => one.id === first.id))
        await new Promise(done => setTimeout(done, 1100)) // timestamps are whole seconds
        const ran = await shop.post(`${path}/replay`, { message: first.id })
        assert.equal(ran.replayed, 1)
        const again = await until('the replay', () =>
            receiver.messages.filter(one => one.id === first.id)[1])
        assert.notEqual(again.headers['webhook-timestamp'], first.headers['webhook-timestamp'])
        assert.equal(again.body, first.body)
        accepted(again, secret, Standard)
        const range = await shop.post(`${path}/replay`, { from: '2000-01-01T00:00:00Z' })
        assert.ok(range.replayed >= 1)
        const log = await until('the attempts', async () => {
            const list = await shop.get(`${path}/deliveries`)
            const one = list.data.find(each => each.id === first.id)
            return one.attempts.length >= 3 && one
        })
        assert.equal(log.attempts[0].status, 204)
        assert.equal(log.request.body, first.body)
        assert.ok(log.attempts.every(each => each.took_ms >= 0))
    })

    await t.test('an asymmetric endpoint, with its public key', async () => {
        const other = await receive()
        after(() => other.close())
        const made = await shop.post('/v1/webhook_endpoints', { url: other.url, signing: 'v1a' })
        const { id } = await shop.post(`/v1/webhook_endpoints/${made.id}/test`, {})
        const message = await until('the test', () => other.messages.find(one => one.id === id))
        const [kind, signature] = message.headers['webhook-signature'].split(',')
        assert.equal(kind, 'v1a')
        const raw = Buffer.from(made.public_key.replace('whpk_', ''), 'base64')
        const key = createPublicKey({
            key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
        const signed = `${id}.${message.headers['webhook-timestamp']}.${message.body}`
        assert.ok(verify(null, Buffer.from(signed), key, Buffer.from(signature, 'base64')))
    })

    await t.test('a redirect is a failure, and 410 ends it', async () => {
        const other = await receive()
        after(() => other.close())
        const made = await shop.post('/v1/webhook_endpoints', { url: other.url })
        const path = `/v1/webhook_endpoints/${made.id}`
        other.answer = () => [302, { Location: receiver.url + '/moved' }]
        const { id } = await shop.post(`${path}/test`, {})
        await until('the failure', async () => {
            const one = (await shop.get(`${path}/deliveries`)).data.find(each => each.id === id)
            return one.attempts.length > 0 && one.state === 'pending'
        })
        assert.ok(receiver.messages.every(one => one.path !== '/moved'))
        other.answer = () => [410]
        await shop.post(`${path}/test`, {})
        const off = await until('the end', async () => {
            const seen = await shop.get(path)
            return seen.status === 'disabled' && seen
        })
        assert.equal(off.disabled_because, 'gone')
    })
})

test('one dead endpoint delays no other', async () => {
    const parley = await serve(folder.make(), flags)
    after(() => parley.stop())
    const shop = parley.as('platform')
    const good = await receive()
    const hole = await receive()
    hole.answer = () => new Promise(() => {}) // takes the request, never answers
    after(() => { good.close(); hole.close() })
    await shop.post('/v1/webhook_endpoints', { url: hole.url })
    await shop.post('/v1/webhook_endpoints', { url: good.url })
    const waits = []
    for (let i = 0; i < 20; ++i) {
        const dispute = await shop.post('/v1/disputes', parley.example())
        const from = Date.now()
        await until('the message', () =>
            good.messages.some(one => one.body.includes(dispute.id)), 10_000)
        waits.push(Date.now() - from)
    }
    waits.sort((a, b) => a - b)
    assert.ok(waits[10] < 1000, `half of them took longer than ${waits[10]} ms`)
    assert.ok(hole.requests >= 1 && hole.requests <= 4, `${hole.requests} into the hole`)
})

test('nothing is missing after kills and a flapping receiver, and little comes twice', async t => {
    const wanted = long ? 20_000 : 1_500
    const kills = long ? 20 : 3
    const data = folder.make()
    const more = [...flags, '--webhook-haste', '1000']
    let parley = await serve(data, more)
    after(() => parley.stop())
    const receiver = await receive()
    after(() => receiver.close())
    await parley.as('platform').post('/v1/webhook_endpoints', { url: receiver.url })
    receiver.keep = false
    receiver.answer = () => [Math.floor(Date.now() / 250) % 2 === 0 ? 204 : 500] // half of the time

    // The load: each call is asked again under its key until it is answered.
    let acknowledged = 0
    let over = false
    const disputes = []
    const ask = async (path, body, headers = {}) => {
        const key = randomUUID()
        while (!over) {
            const answer = await parley.as('platform').try('POST', path, body,
                { 'Idempotency-Key': key, ...headers })
            if (answer && answer.status < 300) return ++acknowledged, answer.json
            assert.ok(!answer || [409, 503].includes(answer.status), JSON.stringify(answer))
            await new Promise(done => setTimeout(done, 20))
        }
    }
    for (let i = 0; i < 20; ++i) disputes.push(await ask('/v1/disputes', parley.example()))
    const load = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = worker; acknowledged < wanted; ++i) {
            const dispute = disputes[i % disputes.length]
            if (over) return
            await ask(`/v1/disputes/${dispute.id}/actions/message`, { text: 'Anyone?' },
                { 'Parley-Act-As': dispute.parties[0].id })
        }
    })
    const killer = (async () => {
        for (let i = 0; i < kills; ++i) {
            const mark = (i + 1) * wanted / (kills + 1)
            await until('the load', () => acknowledged >= mark || over, 600_000)
            await parley.kill()
            parley = await serve(data, more)
        }
    })()
    await Promise.all([...load, killer]).finally(() => { over = true })
    receiver.answer = () => [204]

    const told = []
    for (let after = '', more = true; more;) {
        const page = await parley.as('platform').get(
            `/v1/events?limit=100${after && '&after=' + after}`)
        told.push(...page.data)
        after = page.next
        more = page.has_more
    }
    assert.equal(told.length, acknowledged)
    await until('the last of them', () => told.every(event => receiver.accepted.has(event.id)),
        120_000)
    const twice = [...receiver.accepted.values()].filter(count => count > 1).length
    t.diagnostic(`${told.length} events, ${kills} kills, ${receiver.requests} requests, ` +
        `${twice} accepted twice`)
    assert.equal(receiver.accepted.size, told.length)
    assert.ok(twice <= told.length / 100, `${twice} of ${told.length} came twice`)
})
