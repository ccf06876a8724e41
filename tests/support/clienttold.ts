// What a client has to tell of the API of `clientapi.ts`, wherever it runs.
const search = {
  tag: ['a b', 'ä&c'],
  filter: { size: 3, colour: { name: 'red=1' } },
  exact: true,
}
const at = '1970-01-01T00:00:00.000Z'

export const TOLD: Readonly<Record<string, unknown>> = {
  found: [200, { id: 7, born: at }, 'application/json'],
  missing: 'No such user',
  removed: null,
  put: 'Zoë',
  invalid: 422,
  thrown: [
    'ClientError',
    'client: GET /users/{id:int} must answer with 200, 404 was given. Catch it, or add it to expect.',
    404,
  ],
  query: search,
  one: { tag: ['a'], exact: false },
  form: search,
  headers: { 'x-list': [1, 2], 'x-one': 'a, b' },
  path: { path: 'a b/ü', name: 'x y?', day: '2026-01-31' },
  at: '1970-01-01T00:00:00.001Z',
  first: { first: 'a' },
  second: { first: 'a', second: 'b' },
  multipart: ['Ü', '3', 'ä.png 5', 'x 1', 'y 2'],
  text: 'ä',
  bytes: [[1, 2], 'application/octet-stream'],
  blob: [2, 'image/png'],
  typed: 'image/gif',
  events: [
    { event: 'tick', data: { tick: 0, at }, id: '0' },
    { event: 'tick', data: { tick: 1, at }, id: '1' },
  ],
  lines: [
    { tick: 0, at },
    { tick: 1, at },
  ],
  plain: 'plain',
  bug: [500, 'broken'],
}
