// LS-DI-2, LS-DI-4: random graphs of dependencies with failures at every point.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import type { AnyConnection, AnyDependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { type Event, isGenerator, madeOf, type Plan, plans, usedBy } from '../support/graphs.ts'
import { runs } from '../support/runs.ts'

type End = 'answer' | 'exception' | 'bug' | 'background' | 'disconnect'

const ENDS: readonly End[] = ['answer', 'exception', 'bug', 'background', 'disconnect']

const scripts = fc.record({
  plans,
  end: fc.constantFrom(...ENDS),
  /** What the handler asks for, and whether it waits for that. */
  asks: fc.array(fc.record({ index: fc.nat(6), waits: fc.boolean() }), { maxLength: 5 }),
  /** Whether it goes on after one that fails. */
  goesOn: fc.boolean(),
  hasApplication: fc.boolean(),
})

type Script = typeof scripts extends fc.Arbitrary<infer Value> ? Value : never

/** The part of a handler that asks. */
async function ask(
  connection: AnyConnection,
  made: readonly AnyDependency[],
  { asks, goesOn }: Script,
): Promise<void> {
  for (const { index, waits } of asks) {
    try {
      const found = made[index]?.of(connection)
      if (waits) await found
    } catch (error) {
      if (!goesOn) throw error
    }
  }
}

/**
 * What every run must satisfy, however it ends.
 *
 * @param failed What has failed: the handler, something after it, or nothing.
 */
function check(
  all: readonly Plan[],
  events: readonly Event[],
  failed: 'handler' | 'later' | undefined,
): void {
  for (const [index, plan] of all.entries()) {
    const of = (what: Event['what']): Event[] =>
      events.filter((event) => event.what === what && event.index === index)
    assert.ok(of('find').length <= 1, `${index} is found once`)
    assert.equal(of('close').length, of('open').length, `${index} is closed once`)
    const [closed] = of('close')
    if (closed === undefined) continue
    const at = events.indexOf(closed)
    for (const used of usedBy(index, all)) {
      const later = events.findIndex((event) => event.what === 'close' && event.index === used)
      assert.ok(later < 0 || later > at, `${index} is closed before ${used}, which it uses`)
    }
    const hears = failed === 'handler' || (failed === 'later' && plan.until === 'response')
    if (hears) assert.ok('thrown' in closed, `${index} hears of it`)
  }
}

/** Whether a clean-up that is answered fails. */
function failsToCommit(all: readonly Plan[], events: readonly Event[]): boolean {
  return events.some(({ what, index }) => {
    const plan = all[index]
    return what === 'open' && plan?.until === 'handler' && plan.fault === 'clean-up'
  })
}

t.test('every request closes its dependencies once, each before those that it uses', async (t) => {
  const property = fc.asyncProperty(scripts, async (script) => {
    const events: Event[] = []
    const made = madeOf(script.plans, events)
    let hasThrown = true
    const route = Route('/', async (request) => {
      await ask(request, made, script)
      if (script.end === 'exception') throw new HTTPException(409)
      if (script.end === 'bug') throw new RangeError('bug')
      hasThrown = false
      if (script.end === 'disconnect') {
        return new StreamingResponse(
          (async function* () {
            yield 'a'
            await new Promise((_, reject) => {
              const { signal } = request
              signal.addEventListener('abort', () => reject(signal.reason))
            })
          })(),
        )
      }
      const background = (): void => {
        if (script.end === 'background') throw new RangeError('background')
      }
      return new PlainTextResponse('ok', { background })
    })
    const app: App = script.hasApplication ? Application({ routes: [route] }) : route
    const client = await testClient(app, { raiseServerExceptions: false })
    const leaving = new AbortController()
    const response = await client.get('/', { signal: leaving.signal })
    const commits = !failsToCommit(script.plans, events)
    const isStream = !hasThrown && script.end === 'disconnect' && commits
    if (isStream) leaving.abort()
    await response.text().catch(() => '')
    await client.close()
    const later = !commits || isStream ? 'later' : undefined
    check(script.plans, events, hasThrown ? 'handler' : later)
    if (!hasThrown && commits) assert.equal(response.status, 200)
    else assert.ok(response.status >= 400)
  })
  await fc.assert(property, { numRuns: runs(150) })
  t.pass('in all graphs')
})

t.test('every websocket closes its dependencies once too', async (t) => {
  const property = fc.asyncProperty(scripts, async (script) => {
    const events: Event[] = []
    const made = madeOf(script.plans, events)
    let hasThrown = true
    const route = WebSocketRoute('/', async (websocket) => {
      await websocket.accept()
      await ask(websocket, made, script)
      if (script.end === 'exception') throw new HTTPException(409)
      if (script.end === 'bug') throw new RangeError('bug')
      if (script.end === 'disconnect') await websocket.receive()
      hasThrown = false
    })
    const app: App = script.hasApplication ? Application({ routes: [route] }) : route
    const client = await testClient(app, { raiseServerExceptions: false })
    const socket = await client.websocket('/')
    await socket.close()
    await client.close()
    const later = failsToCommit(script.plans, events) ? 'later' : undefined
    check(script.plans, events, hasThrown ? 'handler' : later)
  })
  await fc.assert(property, { numRuns: runs(80) })
  t.pass('in all graphs')
})

t.test('dependencies that are awaited one by one are closed in reverse order', async (t) => {
  const property = fc.asyncProperty(plans, async (all) => {
    const events: Event[] = []
    const made = madeOf(
      all.map((plan) => ({ ...plan, fault: 'none' as const, atOnce: false })),
      events,
    )
    const route = Route('/', async (request) => {
      for (const one of made) await one.of(request)
      return new PlainTextResponse('ok')
    })
    const client = await testClient(route)
    await client.get('/')
    await client.close()
    const opened = events.filter(({ what }) => what === 'open').map(({ index }) => index)
    const closed = events.filter(({ what }) => what === 'close').map(({ index }) => index)
    const isShort = (index: number): boolean => all[index]?.until === 'handler'
    const [first, last] = [opened.filter(isShort), opened.filter((index) => !isShort(index))]
    assert.deepEqual(closed, [...first.reverse(), ...last.reverse()])
    assert.equal(opened.length, all.filter(isGenerator).length)
  })
  await fc.assert(property, { numRuns: runs(50) })
  t.pass('in all graphs')
})
