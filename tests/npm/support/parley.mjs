// The program itself, on a folder of its own.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// A place for data folders, gone when the process ends.
export const scratch = () => {
    const root = mkdtempSync(join(tmpdir(), 'parley-npm-'))
    process.on('exit', () => rmSync(root, { recursive: true, force: true }))
    let made = 0
    return { make: () => join(root, `data-${++made}`) }
}

const wait = ms => new Promise(done => setTimeout(done, ms))

// Starts `parley dev` on that folder and waits until it takes requests.
export const serve = async (data, flags = []) => {
    const ready = `${data}.ready.json`
    const child = spawn(process.env.PARLEY_PROGRAM, ['dev', '--empty', '--port', '0', '--data', data,
        '--ready-file', ready, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', text => { said += text })
    const ended = new Promise(done => child.on('exit', done))
    const last = () => child.kill('SIGKILL')
    process.on('exit', last)
    ended.then(() => process.off('exit', last))
    let known
    for (let tries = 0; !known; ++tries) {
        if (child.exitCode !== null || tries > 6000) throw new Error(`no server: ${said}`)
        try { known = JSON.parse(readFileSync(ready, 'utf8')) } catch { /* not yet */ }
        if (known?.pid !== child.pid) known = await wait(10) // or that of the one before
    }
    const client = key => {
        const send = async (method, path, body, headers = {}) => {
            const answer = await fetch(known.url + path, {
                method,
                headers: {
                    Authorization: `Bearer ${key}`,
                    ...(body && { 'Content-Type': 'application/json' }),
                    ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
                    ...headers,
                },
                body: body && JSON.stringify(body),
            })
            const text = await answer.text()
            return { status: answer.status, json: text ? JSON.parse(text) : null }
        }
        const sure = async (...what) => {
            const answer = await send(...what)
            if (answer.status >= 300)
                throw new Error(`${what[0]} ${what[1]}: ${JSON.stringify(answer)}`)
            return answer.json
        }
        return {
            get: path => sure('GET', path),
            post: (path, body, headers) => sure('POST', path, body, headers),
            // null when the server went away under the request
            try: (...what) => send(...what).catch(() => null),
        }
    }
    return {
        url: known.url,
        log: () => said,
        as: name => client(known.keys[name]),
        example: () => JSON.parse(readFileSync(join(data, 'example-dispute.json'), 'utf8')),
        stop: async () => { child.kill('SIGTERM'); await ended },
        kill: async () => { child.kill('SIGKILL'); await ended },
    }
}
