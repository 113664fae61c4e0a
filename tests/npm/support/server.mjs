// A `parley dev` of a test's own: a free port, a folder that goes away with it.
import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const program = process.env.PARLEY_PROGRAM ??
  new URL('../../../build/dev/bin/parley', import.meta.url).pathname;

/** A port that nobody listens on just now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until `ready` gives something, while `child` runs; throws after `seconds`. */
export async function until(child, seconds, what, ready) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ready();
    if (found) return found;
    if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`${what} was not ready within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** @returns what --ready-file tells (url, keys, neutrals, platform) and `stop`. */
export async function startParley(more = ['--empty']) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-npm-'));
  const file = join(folder, 'ready.json');
  const child = spawn(program, ['dev', '--port', '0', '--data', join(folder, 'data'),
                                '--ready-file', file, ...more], {stdio: ['ignore', 'ignore', 'inherit']});
  const ready = await until(child, 60, 'parley dev', () => {
    if (!existsSync(file)) return null;
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return null; // still being written
    }
  });
  return {
    ...ready,
    folder,
    async stop() {
      await stopped(child);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
