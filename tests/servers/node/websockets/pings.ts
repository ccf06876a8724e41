import t from 'tap'
import { type Peer, Pings, verdict } from '../../../../lib/servers/node/websockets/pings.ts'
import { frame, open, readFrames } from '../../../support/frames.ts'
import { eventually, listening } from '../../../support/sockets.ts'
import { connected, echo } from '../../../support/websockets.ts'

const TIMES = { pingIntervalMs: 100, pingTimeoutMs: 50 }
const NEVER = Number.POSITIVE_INFINITY

t.test('sends a ping after the interval, and disconnects after the timeout', async (t) => {
  const quiet = { askedAt: 1000, readWhenAsked: -1, bytesRead: 10, isPaused: false }
  const asked = { ...quiet, readWhenAsked: 10 }
  for (const [peer, times, elapsed, wanted] of [
    [quiet, TIMES, 0, 'wait'],
    [quiet, TIMES, 99, 'wait'],
    [quiet, TIMES, 100, 'ask'],
    [asked, TIMES, 49, 'wait'],
    [asked, TIMES, 50, 'give up'],
    [{ ...asked, bytesRead: 11 }, TIMES, 50, 'wait'],
    [{ ...asked, bytesRead: 11 }, TIMES, 100, 'ask'],
    // Its answer may be there, behind what the app has not taken.
    [{ ...asked, isPaused: true }, TIMES, 50, 'wait'],
    [{ ...asked, isPaused: true }, TIMES, 100, 'ask'],
    [asked, { ...TIMES, pingTimeoutMs: 200 }, 150, 'wait'],
    [asked, { ...TIMES, pingTimeoutMs: NEVER }, 50, 'wait'],
    [asked, { ...TIMES, pingTimeoutMs: NEVER }, 100, 'ask'],
    [quiet, { pingIntervalMs: NEVER, pingTimeoutMs: NEVER }, 1e9, 'wait'],
  ] as const) {
    t.equal(verdict(peer, times, 1000 + elapsed), wanted)
  }
})

t.test('one timer serves all, and exists only with open websockets', async (t) => {
  const seen: string[] = []
  const peer = (name: string): Peer => ({
    askedAt: performance.now(),
    readWhenAsked: -1,
    bytesRead: 0,
    isPaused: false,
    ping: () => seen.push(`ping ${name}`),
    terminate: () => seen.push(`cut ${name}`),
  })
  const pings = new Pings({ pingIntervalMs: 8, pingTimeoutMs: 8 })
  const [a, b] = [peer('a'), peer('b')]
  pings.add(a)
  pings.add(b)
  await eventually(() => seen.includes('cut a') && seen.includes('cut b'), 'the cut')
  t.same(seen.slice(0, 2), ['ping a', 'ping b'])

  pings.delete(a)
  pings.delete(b)

  const count = seen.length
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.equal(seen.length, count)
})

t.test('without an interval there is no timer', async (t) => {
  const pings = new Pings({ pingIntervalMs: NEVER, pingTimeoutMs: NEVER })
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  pings.add({} as Peer)

  t.ok(timers() <= before)
})

const QUICK = { websocket: { pingIntervalMs: 20, pingTimeoutMs: 20 } }

t.test('a client that answers stays', async (t) => {
  const peer = await connected(t, await listening(t, echo(), QUICK))
  let pings = 0
  peer.ws.on('ping', () => pings++)

  await eventually(() => pings >= 5, 'five pings')

  t.equal(peer.closed, undefined)
})

t.test('a client that does not answer is disconnected (advisory 111)', async (t) => {
  const seen: object[] = []
  const { connect } = await listening(t, echo(seen as []), QUICK)
  const client = await open(await connect())

  t.same(readFrames(await client.end()), ['ping'])
  t.same(seen, [{ type: 'websocket.disconnect', code: 1006, reason: '' }])
})

t.test('any frame of the client is an answer', async (t) => {
  const { connect } = await listening(t, echo(), QUICK)
  const client = await open(await connect())
  const slow = frame(2, Buffer.alloc(60))
  for (const byte of slow) {
    client.send(Buffer.of(byte))
    await new Promise((resolve) => setTimeout(resolve, 3))
  }

  t.match(readFrames(await client.until('\x82')), ['ping', 'ping', 'ping'])
})
