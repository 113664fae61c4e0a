// docs/QUICKSTART.md as a new user takes it: its commands, in order, in one shell and one folder. Where a
// block of text follows a block of shell, it is what the shell printed; … stands for anything.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {freePort, startParley} from './support/server.mjs';

const page = readFileSync(new URL('../../docs/QUICKSTART.md', import.meta.url), 'utf8')
  .replaceAll('4000', String(await freePort()));
const blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, kind, text]) => ({kind, text}));

// The packages are here already, as package.json pins them.
const {devDependencies} = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
function installed(names) {
  for (const name of names.split(' '))
    assert.ok(devDependencies[name.replace(/(.)@.*/, '$1')], `${name} is not among the packages here`);
  return '';
}

function matches(pattern, text) {
  const literal = (part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${pattern.trim().split('…').map(literal).join('[^]*')}$`).test(text.trim());
}

test('every command of the quickstart works and prints what the page says', async () => {
  const [start, ...rest] = blocks;
  const [, options] = /^script\/server --ready-file ready\.json(.*)\n$/.exec(start.text);
  const parley = await startParley(options.split(' ').filter((word) => word));
  const folder = mkdtempSync(join(tmpdir(), 'parley-quickstart-'));
  try {
    const {url, keys, platform, data, pid, neutrals} = parley;
    writeFileSync(join(folder, 'ready.json'), JSON.stringify({url, keys, platform, data, pid, neutrals}));
    symlinkSync(fileURLToPath(new URL('node_modules', import.meta.url)), join(folder, 'node_modules'));
    // `parley` and paths to it are the program under test.
    mkdirSync(join(folder, 'build/release/bin'), {recursive: true});
    const program = join(folder, 'build/release/bin/parley');
    writeFileSync(program, `#!/bin/sh\nexec '${process.env.PARLEY_PROGRAM}' "$@"\n`);
    chmodSync(program, 0o755);
    // What the page starts in the background ends with it.
    let script = 'set -euo pipefail\ntrap \'kill $(jobs -p) 2>/dev/null || true\' EXIT\n';
    const expected = [];
    for (const [i, {kind, text}] of rest.entries()) {
      if (kind === 'ts') {
        writeFileSync(join(folder, 'typed.mts'), text);
      } else if (kind === 'js' && text.includes('createServer')) {
        writeFileSync(join(folder, 'receiver.mjs'), text);
      } else if (kind === 'js') {
        writeFileSync(join(folder, 'quickstart.mjs'), text);
        script += `echo '--- ${i}'\nnode quickstart.mjs\n`;
      } else if (kind === 'sh') {
        script += `echo '--- ${i}'\n${text.replace(/^npm install (.*)\n/m, (_, names) => installed(names))}`;
        if (rest[i + 1]?.kind === 'text') expected.push([i, rest[i + 1].text]);
      }
    }
    assert.ok(expected.length >= 4, 'the page shows what its commands print');
    const ran = spawnSync('bash', ['-c', script], {cwd: folder, encoding: 'utf8', timeout: 120_000,
                                                   env: process.env});
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
    const printed = new Map(ran.stdout.split(/^--- /m).slice(1).map((part) => {
      const end = part.indexOf('\n');
      return [Number(part.slice(0, end)), part.slice(end + 1)];
    }));
    for (const [i, text] of expected)
      assert.ok(matches(text, printed.get(i)), `the page says\n${text}\nand it printed\n${printed.get(i)}`);
    assert.match(ran.stdout, /^ended: \w+ \(\w+\)$/m);
  } finally {
    rmSync(folder, {recursive: true, force: true});
    await parley.stop();
  }
});
