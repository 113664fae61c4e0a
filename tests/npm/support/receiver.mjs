// A receiver of webhooks on a free port of loopback.
import { createServer } from 'node:http'

export const receive = async () => {
    const receiver = {
        messages: [],        // as they came, while `keep` says so
        accepted: new Map(), // webhook-id -> how often it was answered with a 2xx
        requests: 0,
        keep: true,
        answer: () => [204], // [status, headers], or a promise of it
    }
    const server = createServer((request, response) => {
        const parts = []
        request.on('data', part => parts.push(part))
        request.on('error', () => {})
        request.on('end', async () => {
            ++receiver.requests
            const id = request.headers['webhook-id']
            if (receiver.keep)
                receiver.messages.push({
                    id, path: request.url, headers: request.headers,
                    body: Buffer.concat(parts).toString() })
            const [status, headers] = await receiver.answer(request)
            if (status < 300) receiver.accepted.set(id, (receiver.accepted.get(id) ?? 0) + 1)
            response.writeHead(status, headers).end()
        })
    })
    await new Promise(done => server.listen(0, '127.0.0.1', done))
    receiver.url = `http://127.0.0.1:${server.address().port}/hook`
    receiver.close = () => { server.close(); server.closeAllConnections() }
    return receiver
}
