// Calls operations of the description by name and holds every answer against it.
import {randomUUID} from 'node:crypto';
import {withIds} from './contract.mjs';

export class Client {
  /** `url` may be that of a proxy; faults of the contract and unexpected statuses throw. */
  constructor(contract, url) {
    this.contract = contract;
    this.url = url;
    this.seen = new Set(); // "operation status"
    this.shown = new Set(); // "operation example"
  }

  /**
   * @param {object} how key, actAs, params, query, headers, idempotencyKey (null sends none), expect
   *   (status, or any), and the body: `example` by name with `ids` to put into it and members to `set`, or `body`,
   *   or `raw` bytes.
   */
  async call(operation, how = {}) {
    const described = this.contract.operations.get(operation);
    if (!described) throw new Error(`no operation ${operation}`);
    const path = described.path.replace(/{(\w+)}/g, (_, name) => how.params[name]);
    const query = new URLSearchParams(how.query ?? {}).toString();
    const headers = new Headers(how.headers ?? {});
    if (how.key) headers.set('Authorization', `Bearer ${how.key}`);
    if (how.actAs) headers.set('Parley-Act-As', how.actAs);
    const takesKey = described.parameters.some((p) => p.name === 'Idempotency-Key');
    if (takesKey && how.idempotencyKey !== null)
      headers.set('Idempotency-Key', how.idempotencyKey ?? randomUUID());
    const body = this.#bodyOf(operation, how);
    if (body !== undefined && !headers.has('Content-Type'))
      headers.set('Content-Type', 'application/json');
    const response = await fetch(this.url + path + (query && `?${query}`),
                                 {method: described.method.toUpperCase(), headers, body});
    const text = await response.text();
    const answer = {status: response.status, headers: response.headers, text,
                    json: /json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(text) : null};
    const where = `${described.method.toUpperCase()} ${path}`;
    const faults = this.contract.faultsOfAnswer(operation, answer);
    if (faults.length > 0) throw new Error(`${where} is not as described:\n  ${faults.join('\n  ')}`);
    const expected = how.expect ?? (described.responses['201'] && !how.query?.validate_only ? 201 : 200);
    if (expected !== 'any' && answer.status !== expected)
      throw new Error(`${where} answered ${answer.status}, not ${expected}: ${text.slice(0, 800)}`);
    this.seen.add(`${operation} ${answer.status}`);
    if (how.example && answer.status < 300) this.shown.add(`${operation} ${how.example}`);
    return answer;
  }

  #bodyOf(operation, how) {
    if (how.raw !== undefined) return how.raw;
    if (how.body !== undefined) return JSON.stringify(how.body);
    if (!how.example) return undefined;
    const example = this.contract.examples(operation)[how.example];
    if (!example) throw new Error(`${operation} has no example ${how.example}`);
    return JSON.stringify({...withIds(example.value, how.ids ?? {}), ...how.set});
  }
}
