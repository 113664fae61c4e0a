// Bodies that differ from a good one in one place.
const others = [null, 1, -1, 1.5, true, '', 'x', 'x'.repeat(40_000), [], {}, ['x'], {x: 1}];

function copyWith(body, path, change) {
  const copy = structuredClone(body);
  let at = copy;
  for (const name of path.slice(0, -1)) at = at[name];
  change(at, path.at(-1));
  return copy;
}

/** Every place in a value, as a list of names and indexes; the value itself is none. */
function* places(value, path = []) {
  if (value === null || typeof value !== 'object') return;
  for (const [name, inner] of Object.entries(value)) {
    yield [...path, name];
    yield* places(inner, [...path, name]);
  }
}

/** Members left out, replaced by something else, and added where they are not known. */
export function* mutations(body) {
  for (const path of places(body)) {
    yield copyWith(body, path, (at, name) => Array.isArray(at) ? at.splice(name, 1) : delete at[name]);
    for (const other of others) yield copyWith(body, path, (at, name) => { at[name] = structuredClone(other); });
    yield copyWith(body, path, (at) => { if (!Array.isArray(at)) at.not_known = 1; });
  }
  yield {...body, not_known: 1};
}

/** The value without members that are null: a member that is not required may be null instead of absent. */
export function withoutNulls(value) {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null)
    .map(([k, v]) => [k, withoutNulls(v)]));
}
