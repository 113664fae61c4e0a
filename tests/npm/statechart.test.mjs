// The library's procedures as statecharts, run by an interpreter that knows nothing of Parley. Every
// story is told to both, event by event; the statechart alone decides where an event leads, and it must be
// where the engine went.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import scxml from '@scion-scxml/scxml';

const workflows = fileURLToPath(new URL('../../workflows/', import.meta.url));
const parley = (...args) => execFileSync(process.env.PARLEY_PROGRAM, ['procedure', ...args],
                                         {encoding: 'utf8', maxBuffer: 1 << 28});

// Every file of a procedure, whichever version, with the stories beside it.
const procedures = readdirSync(workflows)
  .flatMap((folder) => readdirSync(workflows + folder).map((name) => `${folder}/${name}`))
  .filter((name) => name.endsWith('.json') && existsSync(workflows + name.replace(/json$/, 'stories')))
  .map((name) => {
    const file = workflows + name;
    const lines = parley('test', file.replace(/json$/, 'stories'), '--trace').trim().split('\n');
    return {name, chart: parley('draw', file, '--format', 'scxml'), rows: lines.map((line) => JSON.parse(line))};
  });

async function prepared(text) {
  const model = await new Promise((done, failed) =>
    scxml.documentStringToModel('', text, (error, made) => error ? failed(error) : done(made)));
  // Prepared anew for each chart: what the datamodel holds belongs to what was prepared.
  return async () => {
    const make = await new Promise((done, failed) =>
      model.prepare((error, made) => error ? failed(error) : done(made)));
    const chart = new scxml.core.Statechart(make);
    chart.start();
    return chart;
  };
}

/** Tells every row of a trace to a statechart; gives how many events there were and where the two differ. */
async function compared(text, rows) {
  const begin = await prepared(text);
  const stories = new Map();
  const differences = [];
  const seen = new Set();
  let events = 0;
  for (const {story, row, events: told} of rows) {
    if (!stories.has(story)) stories.set(story, await begin());
    const chart = stories.get(story);
    for (const {event, stage_after, marks_after, ...data} of told) {
      chart.gen({name: event, data});
      const stage = chart.getConfiguration().join();
      const marks = Object.keys(chart.getSnapshot()[3].marks).sort().join();
      if (stage !== stage_after)
        differences.push(`${story}, line ${row}: ${event} led to ${stage}, not to ${stage_after}`);
      if (marks !== marks_after.join())
        differences.push(`${story}, line ${row}: after ${event} the marks are ${marks}, not ${marks_after}`);
      seen.add(stage_after);
      ++events;
    }
  }
  return {stories: stories.size, events, seen, differences};
}

test('the library has procedures and all of them have stories', () => {
  const listed = parley('list').trim().split('\n').map((line) => line.split(/\s+/))
    .map(([name, version]) => `${name}/${version}.json`);
  assert.deepEqual(procedures.map(({name}) => name).sort(), listed.sort());
});

for (const {name, chart, rows} of procedures)
  test(`every story of ${name} goes the same way in an independent interpreter`, async (t) => {
    const {stories, events, seen, differences} = await compared(chart, rows);
    const stages = [...chart.matchAll(/<(?:state|final) id="(?!Dispute")/g)].length;
    t.diagnostic(`${stories} stories, ${events} events, ${seen.size} of ${stages} stages entered`);
    assert.deepEqual(differences, []);
    assert.ok(events > stories && stories > 0);
  });

// What is wrong in one place only must be seen, or the comparison proves nothing.
function* mistakes(chart) {
  yield ['a target', chart.replace('event="respondent.respond" target="negotiation"',
                                   'event="respondent.respond" target="mediation"')];
  yield ['a condition', chart.replace("fact(_event, &#39;counterclaim_made&#39;)",
                                      "!fact(_event, &#39;counterclaim_made&#39;)")];
  yield ['a clock', chart.replaceAll('"clock.respondent_silent"', '"clock.never"')];
  yield ['a mark', chart.replaceAll("record([&#39;respondent_silent&#39;, ", 'record([')];
  yield ['a count', chart.replaceAll(' &lt; 4)', ' &lt; 1)')];
}

test('a mistake in a statechart is noticed by a story of a procedure', async (t) => {
  const noticed = new Map();
  for (const {name, chart, rows} of procedures)
    for (const [what, wrong] of mistakes(chart)) {
      if (wrong === chart) continue; // this procedure has nothing of the sort
      const {differences} = await compared(wrong, rows);
      noticed.set(what, (noticed.get(what) ?? 0) + differences.length);
    }
  t.diagnostic([...noticed].map(([what, count]) => `${what}: ${count} differences`).join(', '));
  assert.equal(noticed.size, 5);
  for (const [what, count] of noticed) assert.ok(count > 0, `${what}: no story noticed it`);
});
