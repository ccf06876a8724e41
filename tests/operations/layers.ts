// What layers set for the operations inside.
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import * as z from 'zod'
import { dependency } from '../../lib/dependencies.ts'
import { Application, HTTPException, Mount, Route, Router } from '../../lib/index.ts'
import { layer, operation, reply } from '../../lib/operations.ts'
import { testClient } from '../../lib/testing/client.ts'

const query = z.object({ n: z.int() })
const responses = { 200: z.object({ id: z.int() }) }
const leaky = () => ({ id: 1, hash: 'x' })

t.test('status of invalid input, validation and encoding: the nearest layer counts', async (t) => {
  const encode = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
  const routes = [
    Route(
      '/input',
      operation({ query }, () => reply(200)),
    ),
    Route(
      '/own',
      operation({ query, status: 422 }, () => reply(200)),
    ),
    Route('/leaky', operation({ responses }, leaky)),
    Route('/checked', operation({ responses, validateResponses: true }, leaky)),
    Route(
      '/big',
      operation({}, () => reply(200, [7n])),
    ),
  ]
  const app = Application({
    status: 400,
    routes: [
      ...routes,
      Mount('/inner', Router(layer({ status: 422, validateResponses: false, encode }, routes))),
    ],
  })
  await using client = await testClient(app)
  const shown = async (path: string) => {
    const response = await client.get(path)
    return [response.status, await response.json()] as [number, unknown]
  }

  t.match(await shown('/input'), [400])
  t.match(await shown('/own'), [422])
  t.match(await shown('/inner/input'), [422])
  t.same(await shown('/leaky'), [200, { id: 1 }])
  t.same(await shown('/inner/leaky'), [200, { id: 1, hash: 'x' }])
  t.same(await shown('/inner/checked'), [200, { id: 1 }])
  t.same(await shown('/big'), [200, ['7']])
  t.same(await shown('/inner/big'), [200, [7]])
})

t.test('responses of a layer are declared for all operations inside', async (t) => {
  const teapot = { 418: z.object({ tea: z.string() }) }
  const refused = operation({ responses }, (() => reply(418, { tea: 'green', secret: 1 })) as never)
  const app = Router([
    Route('/plain', refused),
    ...layer({ responses: teapot }, [Route('/tea', refused)]),
  ])
  await using client = await testClient(app)
  t.same(await (await client.get('/tea')).json(), { tea: 'green' })
  await t.rejects(client.get('/plain'), /declares the statuses 200, reply\(418, …\) was returned/)
})

t.test('the only success of a contract needs no reply(), whatever layers declare', async (t) => {
  const none = operation({ responses: { 204: null } }, () => {})
  const made = operation({ responses: { 201: z.string() } }, () => 'a')
  const undeclared = operation({}, (() => ({ a: 1 })) as never)
  const app = Router(
    layer({ responses: { 200: z.object({ a: z.int() }) } }, [
      Route('/none', none),
      Route('/made', made),
      Route('/undeclared', undeclared),
    ]),
  )
  await using client = await testClient(app)
  t.equal((await client.get('/none')).status, 204)
  t.equal((await client.get('/made')).status, 201)
  t.same(await (await client.get('/undeclared')).json(), { a: 1 })
})

t.test('guards of layers run before those of the operation, and before its body', async (t) => {
  const seen: string[] = []
  const guard = (name: string, refuses = false) =>
    dependency(() => {
      seen.push(name)
      if (refuses) throw new HTTPException(403)
    })
  const route = Route(
    '/',
    operation({ guards: [guard('own')], query }, () => reply(200)),
  )
  const app = Application({
    guards: [guard('application')],
    routes: [Mount('', Router(layer({ guards: [guard('layer')] }, [route])))],
  })
  await using client = await testClient(app)
  t.equal((await client.get('/?n=1')).status, 200)
  t.same(seen, ['application', 'layer', 'own'])
  const refusing = layer({ guards: [guard('no', true)] }, [route])
  await using other = await testClient(Router(refusing))
  t.equal((await other.get('/')).status, 403)
  t.same(seen.slice(3), ['no'])
})

t.test('one operation in two layers follows each of them, also simultaneously', async (t) => {
  const shared = operation({ responses }, (async () => {
    await setTimeout(5)
    return reply(418, { a: 1, b: 2 })
  }) as never)
  const app = Router([
    ...layer({ responses: { 418: z.object({ a: z.int() }) } }, [Route('/a', shared)]),
    ...layer({ responses: { 418: z.object({ b: z.int() }) } }, [Route('/b', shared)]),
  ])
  await using client = await testClient(app)
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(['/a', '/b', '/a'].map((path) => client.get(path)))
    const bodies = await Promise.all(answers.map((answer) => answer.json()))
    t.same(bodies, [{ a: 1 }, { b: 2 }, { a: 1 }])
  }
})
