/**
 * Loads two workers with all kinds of exchanges for some time, and fails if a request is lost or if memory,
 * descriptors or timers grow: `node build/tests/soak/run.js --minutes 10` (half a minute).
 *
 * In the first half the workers are replaced every ten seconds, in the second they stay, so that what they hold
 * can grow. They are looked at while no client is there.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CLIENTS, type Round } from './clients.ts'

const ROLL_MS = 10_000
/** What caches and optimized code may still take after the first look; beyond it, memory grows. */
const SPARE_BYTES = 12_000_000
const SPARE_RSS = 60_000_000

const { minutes } = parseArgs({ options: { minutes: { type: 'string', default: '0.5' } } }).values
const halfMs = (Number(minutes) * 60_000) / 2

/** What a process holds. */
interface Held {
  readonly pid: number
  readonly rss: number
  readonly heapUsed: number
  readonly timers: number
  readonly files: number
}

const faults: string[] = []
const counts = new Map<string, number>()
let checks = 0

function check(holds: boolean, what: string): void {
  checks++
  if (!holds) faults.push(what)
}

const file = fileURLToPath(new URL('./served.js', import.meta.url))
const primary = spawn(process.execPath, ['--expose-gc', file], {
  stdio: ['ignore', 'pipe', 'pipe'],
})
const output = { text: '' }
for (const stream of [primary.stdout, primary.stderr]) {
  stream.setEncoding('utf8').on('data', (text: string) => {
    output.text += text
  })
}
process.on('exit', () => primary.kill('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
setInterval(tell, 60_000).unref()
while (!output.text.includes('all ready')) await sleep(50)
const port = Number(/port (\d+)/.exec(output.text)?.[1])

function tell(): void {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  console.log(
    `${(performance.now() / 60_000).toFixed(0)} min: ${all} done, ${faults.length} failed`,
  )
}

/** Whether all workers have been replaced as often as that was asked for. */
function hasRolled(): boolean {
  const started = output.text.split('port ').length - 1
  return started >= 2 + 2 * (counts.get('both workers replaced') ?? 0)
}

async function load(milliseconds: number, rollMs = Number.POSITIVE_INFINITY): Promise<void> {
  const round: Round = { port, isOver: false, counts, faults }
  const done = Promise.all(CLIENTS.map((client) => client(round)))
  const end = performance.now() + milliseconds
  let rolls = performance.now() + rollMs
  while (performance.now() < end) {
    await sleep(100)
    if (performance.now() < rolls || !hasRolled()) continue
    rolls = performance.now() + rollMs
    counts.set('both workers replaced', (counts.get('both workers replaced') ?? 0) + 1)
    primary.kill('SIGHUP')
  }
  round.isOver = true
  await done
}

/** The workers, each asked on new connections until both have answered. */
async function look(): Promise<Map<number, Held>> {
  await sleep(2_000)
  const found = new Map<number, Held>()
  for (let turn = 0; turn < 8; turn++) {
    const answer = await fetch(`http://127.0.0.1:${port}/held`, {
      headers: { connection: 'close' },
    })
    const held: Held = JSON.parse(await answer.text())
    found.set(held.pid, held)
  }
  return found
}

function heldBy({ pid = 0 }: ChildProcess): { readonly rss: number; readonly files: number } {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { rss: Number(kilobytes) * 1024, files: readdirSync(`/proc/${pid}/fd`).length }
}

const shownMB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

await load(halfMs, ROLL_MS)
while (!hasRolled()) await sleep(100)
await load(halfMs / 3)
const [before, primaryBefore] = [await look(), heldBy(primary)]
await load((halfMs * 2) / 3)
const [after, primaryAfter] = [await look(), heldBy(primary)]

check(before.size === 2 && after.size === 2, `there are ${after.size} workers`)
for (const [pid, now] of after) {
  const then = before.get(pid)
  check(then !== undefined, `worker ${pid} was not there before`)
  if (then === undefined) continue
  console.log(
    `worker ${pid}: heap ${shownMB(then.heapUsed)} to ${shownMB(now.heapUsed)}, RSS ${shownMB(then.rss)} to ${shownMB(now.rss)}, descriptors ${then.files} to ${now.files}, timers ${then.timers} to ${now.timers}`,
  )
  check(now.heapUsed - then.heapUsed < SPARE_BYTES, `worker ${pid}: the heap has grown`)
  check(now.rss - then.rss < SPARE_RSS, `worker ${pid}: the memory has grown`)
  check(now.files <= then.files + 2, `worker ${pid}: descriptors have stayed`)
  check(now.timers <= then.timers + 2, `worker ${pid}: timers have stayed`)
}
console.log(
  `primary: RSS ${shownMB(primaryBefore.rss)} to ${shownMB(primaryAfter.rss)}, descriptors ${primaryBefore.files} to ${primaryAfter.files}`,
)
check(primaryAfter.rss - primaryBefore.rss < SPARE_RSS, 'primary: the memory has grown')
check(primaryAfter.files <= primaryBefore.files + 2, 'primary: descriptors have stayed')

const ended = new Promise<number | null>((resolve) => primary.on('close', resolve))
primary.kill('SIGTERM')
check((await ended) === 0, 'the end: another code than 0')
const words = output.text.replaceAll(/^(?:port \d+|all ready)\n/gm, '')
check(words === '', `it wrote: ${words.slice(0, 2_000)}`)
for (const [what, count] of counts) console.log(`${what}: ${count}`)
for (const one of faults.slice(0, 40)) console.log(`FAILED ${one}`)
console.log(`${checks - Math.min(faults.length, checks)} passed, ${faults.length} failed`)
process.exitCode = faults.length === 0 ? 0 : 1
