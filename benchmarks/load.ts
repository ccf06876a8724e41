// How many requests does a server answer in a given time, and are the answers right?

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Answer, type Connection, connect } from './client.ts'
import type { Exchange } from './scenarios.ts'

export const connections = 32

export interface Load {
  requests: number
  seconds: number
  /** Answers with another status than the right one, and broken connections. */
  wrong: number
}

const hasWrk = canRun('wrk')

/** What drives the load, for the reader of the results. */
export const driver = hasWrk ? 'wrk' : 'the client of load.ts'

function canRun(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The exchange as this one server must be asked: with its own ETag or cookies, where needed. */
export async function exchangeWith(
  port: number,
  exchange: Exchange,
  login: Exchange = { method: 'POST', path: '/login', status: 200 },
): Promise<Exchange> {
  if (exchange.conditional) {
    const { headers } = await askOnce(port, exchange)
    return withField(exchange, 'if-none-match', headers.get('etag') ?? missing('an ETag'))
  }
  if (exchange.session) {
    const { cookies } = await askOnce(port, login)
    return withField(exchange, 'cookie', cookies.join('; ') || missing('a cookie'))
  }
  return exchange
}

function withField(exchange: Exchange, name: string, value: string): Exchange {
  return { ...exchange, headers: { ...exchange.headers, [name]: value } }
}

function missing(what: string): never {
  throw new Error(`exchangeWith: ${what} is needed, but the server gives none.`)
}

async function askOnce(port: number, exchange: Exchange): Promise<Answer> {
  const connection = await connect(port, exchange)
  try {
    return await connection.ask()
  } finally {
    connection.socket.destroy()
  }
}

/** Throws unless the server gives the right answer, twice on the same connection. */
export async function checkAnswer(port: number, exchange: Exchange): Promise<void> {
  const connection = await connect(port, exchange)
  try {
    for (let time = 0; time < 2; time++) {
      const answer = await connection.ask()
      if (!isRight(answer, exchange)) {
        const { method, path, status, answerHeaders = {} } = exchange
        const carried = (exchange.carries ?? []).map(({ names }) => names.join(' or '))
        const known = [JSON.stringify(answerHeaders), ...carried].join(', ')
        const wanted = `${status} ${known} and the known body`
        const headers = JSON.stringify(Object.fromEntries(answer.headers))
        const body = JSON.stringify(answer.body.slice(0, 200))
        throw new Error(
          `${method} ${path}: expected ${wanted}, but got ${answer.status} ${headers} and ${body}.`,
        )
      }
    }
  } finally {
    connection.socket.destroy()
  }
  if ((exchange.carries ?? []).length > 0) await checkLog(port)
}

/** A stack counts what its access log has written. */
async function checkLog(port: number): Promise<void> {
  const { body } = await askOnce(port, { method: 'GET', path: '/lines', status: 200 })
  if (!/"lines":[1-9]/.test(body)) throw new Error(`Nothing was logged: ${body}`)
}

function isRight(answer: Answer, exchange: Exchange): boolean {
  const { status, answerHeaders = {}, carries = [], answer: body } = exchange
  const fields = Object.entries(answerHeaders)
  return (
    answer.status === status &&
    fields.every(([name, value]) => answer.headers.get(name) === value) &&
    carries.every(({ names, value }) => {
      return names.some((name) => value.test(answer.headers.get(name) ?? ''))
    }) &&
    (body === undefined || answer.body === body)
  )
}

/**
 * Loads a server for a time; with wrk where there is one, for our own client is slower.
 *
 * It waits for the last answers, though, where wrk leaves what it began: with a request that takes
 * many milliseconds, that would be much work which belongs to no counted request.
 */
export function load(port: number, exchange: Exchange, seconds: number): Promise<Load> {
  if (hasWrk && exchange.connections === undefined) return loadWithWrk(port, exchange, seconds)
  const end = performance.now() + seconds * 1000
  return loadWithClient(port, exchange, () => performance.now() < end)
}

const script = fileURLToPath(new URL('../load.lua', import.meta.url))

interface Summary {
  requests: number
  microseconds: number
  refused: number
  broken: number
}

async function loadWithWrk(port: number, exchange: Exchange, seconds: number): Promise<Load> {
  const { method, path, headers = {}, body, status } = exchange
  const url = `http://127.0.0.1:${port}${path}`
  const bound = `${Math.ceil(seconds) + 1}s`
  const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${bound}`, '-s', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LOAD_METHOD: method,
      LOAD_HEADERS: Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
      ...(body === undefined ? {} : { LOAD_BODY: textOf(body) }),
    },
  })
  // wrk counts in whole seconds; interrupted, it stops at once and still gives its summary.
  const timer = setTimeout(() => child.kill('SIGINT'), seconds * 1000)
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  clearTimeout(timer)

  const line = output.trimEnd().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) throw new Error(`wrk gave no summary, but:\n${output}`)
  const summary: Summary = JSON.parse(line)
  const refusals = status < 400 ? summary.refused : summary.requests - summary.refused
  return {
    requests: summary.requests,
    seconds: summary.microseconds / 1e6,
    wrong: refusals + summary.broken,
  }
}

/** The environment holds texts only. */
function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString()
}

/** Loads a server as long as `wantsMore` says so, which is asked before every request. */
export async function loadWithClient(
  port: number,
  exchange: Exchange,
  wantsMore: () => boolean,
): Promise<Load> {
  const opened = await Promise.all(
    Array.from({ length: exchange.connections ?? connections }, () => connect(port, exchange)),
  )
  const started = performance.now()
  const result = { requests: 0, seconds: 0, wrong: 0 }
  await Promise.all(
    opened.map((connection) => askRepeatedly(connection, exchange, wantsMore, result)),
  )
  result.seconds = (performance.now() - started) / 1000
  for (const { socket } of opened) socket.destroy()
  return result
}

async function askRepeatedly(
  connection: Connection,
  exchange: Exchange,
  wantsMore: () => boolean,
  result: Load,
): Promise<void> {
  while (wantsMore()) {
    const answer = await connection.ask()
    result.requests++
    if (answer.status !== exchange.status) result.wrong++
  }
}
