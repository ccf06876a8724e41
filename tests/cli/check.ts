// What `stellula check` says of the examples of a document.
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { run } from '../support/cli.ts'

const LIB = new URL('../../lib/', import.meta.url).href
const ZOD = pathToFileURL('node_modules/zod/index.js').href

const app = (routes: string): string => `
import { Application, JSONResponse, PlainTextResponse, Route } from '${LIB}index.js'
import { events, operation, secured } from '${LIB}operations.js'
import { z } from '${ZOD}'
const User = z.object({ name: z.string().meta({ examples: ['Ada'] }), age: z.int().optional() }).meta({ id: 'User' })
const id = z.int().meta({ examples: [7] })
const params = z.object({ id })
export const app = Application({ routes: [${routes}] })`

t.test('examples are sent, and their responses are checked against the contract', async (t) => {
  const fine = app(`
    Route('/users/{id:int}', operation(
      {
        params,
        query: z.object({ sort: z.string().meta({ examples: ['a b'] }), tags: z.array(z.string().meta({ examples: ['x'] })).optional(), page: z.int().default(3) }),
        headers: z.object({ 'x-from': z.literal('check') }),
        cookies: z.object({ theme: z.string().meta({ examples: ['dark'] }) }),
        responses: { 200: User },
      },
      ({ params, query, headers, cookies }) => {
        console.log(JSON.stringify([params, query, headers, cookies]))
        return { name: 'Ada' }
      },
    )),
    Route('/users', { get: operation({ responses: { 200: z.array(User) } }, () => []),
      post: operation({ body: User, responses: { 201: User } }, ({ body }) => { console.log(JSON.stringify(body)); return body }) }),
    Route('/events', operation({ responses: { 200: events(z.int()) } }, async function* () { yield { data: 1 }; await new Promise(() => {}) })),
    Route('/plain', () => new PlainTextResponse('x')),
    Route('/files/{name}', () => new PlainTextResponse('x')),
  `)
  const safe = await run(t, ['check', 'app.js'], { 'app.js': fine })
  t.equal(safe.code, 0, safe.stderr)
  t.match(
    safe.stdout,
    /ok {4}examples {2}4 answered as declared; without an example: GET \/files\/\{name\}; only with --all: POST \/users\n/,
  )
  t.match(
    safe.stdout,
    '[{"id":7},{"sort":"a b","tags":["x"],"page":3},{"x-from":"check"},{"theme":"dark"}]\n',
  )
  t.notMatch(safe.stdout, '{"name":"Ada"}')
  const all = await run(t, ['check', 'app.js', '--all'], { 'app.js': fine })
  t.equal(all.code, 0, all.stderr)
  t.match(all.stdout, '{"name":"Ada"}\n')
  t.match(all.stdout, /examples {2}5 answered/)
})

t.test('undeclared or invalid responses are reported for each operation', async (t) => {
  const wrong = app(`
    Route('/gone/{id:int}', operation({ params, responses: { 200: User } }, () => new JSONResponse({}, { status: 410 }))),
    Route('/text', operation({ responses: { 200: User } }, () => new PlainTextResponse('x'))),
    Route('/unfit', operation({ responses: { 200: User } }, () => ({ name: 5 }))),
    Route('/refused', operation({ query: z.object({ n: z.int().max(5).meta({ examples: [7] }) }), responses: { 200: User } }, () => ({ name: 'Ada' }))),
    Route('/fine', operation({ responses: { 200: User } }, () => ({ name: 'Ada' }))),
  `)
  const { code, stdout, stderr } = await run(t, ['check', 'app.js'], { 'app.js': wrong })
  t.equal(code, 1)
  t.match(stdout, /fail {2}examples\nok {4}shutdown/)
  const [head, ...faults] = stderr.split('\n').filter((line) => /^(?:stellula| {2}GET)/.test(line))
  t.equal(head, 'stellula: check: 4 of 5 examples failed.')
  t.match(faults, [
    '  GET /gone/{id}: the answer 410 is not declared',
    '  GET /text: the answer 200 has the type text/plain, declared is application/json',
    /^ {2}GET \/unfit: .*does not fit its schema/,
    /^ {2}GET \/refused: the example is refused with 422: \{/,
  ])
})
