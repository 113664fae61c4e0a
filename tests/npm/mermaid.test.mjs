// The drawings for wikis, read by the parser of the program that draws them: every stage is a state and every
// way on is an arrow.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import {JSDOM} from 'jsdom';

const {window} = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const {default: mermaid} = await import('mermaid');

const parley = (...args) => execFileSync(process.env.PARLEY_PROGRAM, ['procedure', ...args], {encoding: 'utf8'});
const procedures = parley('list').trim().split('\n').map((line) => line.split(' ')[0]);

test('the library has procedures', () => assert.ok(procedures.length >= 10));

for (const name of procedures)
  test(`Mermaid reads the drawing of ${name}, with all of its stages`, async () => {
    const text = parley('draw', name, '--format', 'mermaid');
    assert.ok(await mermaid.parse(text));
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    assert.equal(diagram.type, 'stateDiagram');
    diagram.db.extract(diagram.db.getRootDocV2());
    const drawn = Object.keys(diagram.db.getStates()).filter((state) => state.startsWith('stage_'));
    const stages = [...parley('draw', name, '--format', 'scxml').matchAll(/<(?:state|final) id="([a-z]\w*)"/g)];
    assert.deepEqual(drawn.sort(), stages.map(([, id]) => `stage_${id}`).sort());
    assert.ok(diagram.db.getRelations().length >= stages.length - 1, 'fewer arrows than stages');
    assert.ok(diagram.db.getAccTitle(), 'no title for whoever does not see it');
  });

test('what is no drawing is refused', async () => {
  await assert.rejects(mermaid.parse('stateDiagram-v2\n  a --> : :: b\n'));
});
