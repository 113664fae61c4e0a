// The OpenAPI description as something that can be held against real answers.
import {readFileSync} from 'node:fs';
import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';
import {parse} from 'yaml';

export const file = new URL('../../../schemas/openapi.yaml', import.meta.url);
export const written = parse(readFileSync(file, 'utf8'));

// Answers may gain members, so the description leaves their objects open. A test wants to hear of every
// member that is not described: it closes them.
export function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const out = {};
  for (const [name, value] of Object.entries(schema)) out[name] = closed(value);
  if (out.type === 'object' && out.properties && !('additionalProperties' in out))
    out.additionalProperties = false;
  return out;
}

export class Contract {
  constructor(document = written) {
    this.document = document;
    this.operations = new Map();
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
          .map((p) => this.followed(p));
        this.operations.set(operation.operationId, {...operation, path, method, parameters});
      }
    }
    this.ajv = new Ajv({strict: false, allErrors: true});
    addFormats(this.ajv);
    this.ajv.addSchema({$id: 'parley', components: closed(document.components)});
    this.validators = new Map();
  }

  followed(thing) {
    if (!thing?.$ref) return thing;
    return thing.$ref.slice(2).split('/').reduce((at, name) => at[name], this.document);
  }

  /** The examples of an operation's body, by name. */
  examples(operation) {
    const body = this.operations.get(operation).requestBody;
    return body?.content['application/json'].examples ?? {};
  }

  /** What is wrong with a value by a schema of the document, in words; empty where nothing is. */
  faults(schema, value) {
    const text = JSON.stringify(schema);
    if (!this.validators.has(text)) {
      const own = JSON.parse(text.replaceAll('"#/components/', '"parley#/components/'));
      this.validators.set(text, this.ajv.compile(closed(own)));
    }
    const validate = this.validators.get(text);
    if (validate(value)) return [];
    return validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }

  /** What of an answer the description does not say. */
  faultsOfAnswer(operation, answer) {
    const known = this.operations.get(operation).responses[answer.status];
    if (!known) return [`the status ${answer.status} is not described: ${answer.text.slice(0, 300)}`];
    const response = this.followed(known);
    const faults = [];
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      const value = answer.headers.get(name);
      if (value === null) continue;
      faults.push(...this.faults(this.followed(header).schema, value).map((f) => `${name}:${f}`));
    }
    for (const name of ['ETag', 'Location', 'Retry-After', 'WWW-Authenticate', 'Idempotent-Replayed'])
      if (answer.headers.has(name) && !response.headers?.[name])
        faults.push(`the header ${name} is not described with ${answer.status}`);
    const type = answer.headers.get('Content-Type')?.split(';')[0];
    if (!response.content) return answer.text === '' ? faults : [...faults, 'a body is not described'];
    const content = response.content[type];
    if (!content) return [...faults, `the type ${type} is not described`];
    const value = type.endsWith('json') ? JSON.parse(answer.text) : answer.text;
    return [...faults, ...this.faults(content.schema, value)];
  }
}

const idShape = /^(dsp|pty|evt|off|evd|ntr|plt|clk|key)_[0-9A-HJKMNP-TV-Z]{26}$/;

/** A copy of an example with the ids in it replaced by ones that exist, by their prefix. */
export function withIds(value, ids) {
  if (Array.isArray(value)) return value.map((entry) => withIds(entry, ids));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withIds(v, ids)]));
  const prefix = typeof value === 'string' && idShape.exec(value)?.[1];
  if (!prefix) return value;
  if (!ids[prefix]) throw new Error(`the example names ${value}; give a ${prefix}_ id to put there`);
  return ids[prefix];
}
