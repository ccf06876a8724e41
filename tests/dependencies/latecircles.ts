// LS-DI-1: random graphs of dependencies, with circles that are closed late.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type AnyConnection, type Dependency, dependency } from '../../lib/dependencies.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { runs } from '../support/runs.ts'

type Value = Dependency<Promise<void>, AnyConnection>

/** What it waits for before it asks. */
const PAUSES = {
  nothing: async () => {},
  turn: async () => void (await setImmediate()),
  timer: async () => void (await setTimeout(1)),
  event: async () => {
    const emitter = new EventEmitter()
    const heard = once(emitter, 'done')
    process.nextTick(() => emitter.emit('done'))
    await heard
  },
}

const node = fc.record({
  kind: fc.constantFrom('function' as const, 'generator' as const, 'returns a promise' as const),
  pause: fc.constantFrom(...(Object.keys(PAUSES) as (keyof typeof PAUSES)[])),
  asks: fc.array(fc.nat(5), { maxLength: 3 }),
  atOnce: fc.boolean(),
})

type Node = typeof node extends fc.Arbitrary<infer Drawn> ? Drawn : never

const scripts = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: 6 }),
  asks: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
  atOnce: fc.boolean(),
})

type Until = 'response' | 'handler' | 'shutdown'

function madeOf(nodes: readonly Node[], until: Until): Value[] {
  const made: Value[] = []
  for (const [index, { kind, pause, asks, atOnce }] of nodes.entries()) {
    const find = async (target: AnyConnection): Promise<void> => {
      await PAUSES[pause]()
      await ask(made, asks, atOnce, target)
    }
    const finds = {
      function: find,
      async *generator(target: AnyConnection) {
        await find(target)
        yield
      },
      'returns a promise': (target: AnyConnection) => find(target).then(() => {}),
    }
    made.push(dependency(finds[kind] as never, { name: String(index), until } as never) as Value)
  }
  return made
}

async function ask(
  made: readonly Value[],
  asks: readonly number[],
  atOnce: boolean,
  target: AnyConnection,
): Promise<void> {
  const wanted = asks.flatMap((index) => made[index] ?? [])
  if (atOnce) await Promise.all(wanted.map((one) => one.of(target)))
  else for (const one of wanted) await one.of(target)
}

/** Which ask for themselves, or for one that does. */
function doomed(nodes: readonly Node[]): Set<number> {
  const fine = new Set<number>()
  for (let before = -1; before !== fine.size; ) {
    before = fine.size
    for (const [index, { asks }] of nodes.entries()) {
      if (asks.every((other) => other >= nodes.length || fine.has(other))) fine.add(index)
    }
  }
  return new Set([...nodes.keys()].filter((index) => !fine.has(index)))
}

/** What became of each that was asked for. */
async function outcomes(
  made: readonly Value[],
  { asks, atOnce }: { asks: readonly number[]; atOnce: boolean },
  target: AnyConnection,
): Promise<Map<number, unknown>> {
  const all = new Map<number, unknown>()
  const outcome = async (index: number): Promise<void> => {
    const given = made[index]?.of(target)
    all.set(index, await given?.then(undefined, (error: unknown) => error))
  }
  if (atOnce) await Promise.all(asks.map(outcome))
  else for (const index of asks) await outcome(index)
  return all
}

function check(nodes: readonly Node[], all: ReadonlyMap<number, unknown>): void {
  const bad = doomed(nodes)
  for (const [index, error] of all) {
    if (!bad.has(index)) {
      assert.equal(error, undefined, `${index} is found`)
      continue
    }
    assert.ok(error instanceof TypeError, `${index} is refused`)
    const named = /: it needs itself, (.*)\. Take/.exec(error.message)?.[1]?.split(' -> ')
    const circle = named?.map(Number) ?? []
    assert.ok(circle.length > 1, error.message)
    assert.equal(circle.at(0), circle.at(-1), error.message)
    for (const [place, one] of circle.slice(0, -1).entries()) {
      assert.ok(nodes[one]?.asks.includes(circle[place + 1] ?? -1), error.message)
    }
  }
}

for (const until of ['response', 'handler', 'shutdown'] as const) {
  t.test(`requests, until: ${until}`, async (t) => {
    const property = fc.asyncProperty(scripts, async (script) => {
      const made = madeOf(script.nodes, until)
      let all: ReadonlyMap<number, unknown> = new Map()
      const route = Route('/', async (request) => {
        all = await outcomes(made, script, request)
        return new PlainTextResponse('ok')
      })
      await using client = await testClient(Application({ routes: [route] }))
      assert.equal((await client.get('/')).status, 200)
      check(script.nodes, all)
    })
    await fc.assert(property, { numRuns: runs(60) })
    t.pass('every circle is named, and nothing else')
  })
}

t.test('websockets', async (t) => {
  const property = fc.asyncProperty(scripts, async (script) => {
    const made = madeOf(script.nodes, 'response')
    let all: ReadonlyMap<number, unknown> = new Map()
    const route = WebSocketRoute('/', async (websocket) => {
      all = await outcomes(made, script, websocket)
      await websocket.accept()
    })
    await using client = await testClient(route)
    const socket = await client.websocket('/')
    await socket.close()
    check(script.nodes, all)
  })
  await fc.assert(property, { numRuns: runs(50) })
  t.pass('every circle is named, and nothing else')
})

t.test('two requests that use the same application dependencies', async (t) => {
  const property = fc.asyncProperty(scripts, scripts, async (script, other) => {
    const made = madeOf(script.nodes, 'shutdown')
    const all: ReadonlyMap<number, unknown>[] = []
    const asked = [script, { ...other, nodes: script.nodes }]
    const route = Route('/{index:int}', async (request) => {
      const mine = asked[request.pathParams.index]
      if (mine !== undefined) all.push(await outcomes(made, mine, request))
      return new PlainTextResponse('ok')
    })
    await using client = await testClient(Application({ routes: [route] }))
    await Promise.all([client.get('/0'), client.get('/1')])
    assert.equal(all.length, 2)
    for (const one of all) check(script.nodes, one)
  })
  await fc.assert(property, { numRuns: runs(60) })
  t.pass('every circle is named, and nothing else')
})
