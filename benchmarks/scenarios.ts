// What is asked of every contender, and what is a right answer?

import { largeFile, smallFile, textOf } from './files.ts'
import {
  fieldCount,
  lastField,
  manyFields,
  orderOfOneKilobyte,
  type Payload,
  uploadOf,
} from './payloads.ts'

const plainScenarios = [
  'hello',
  'json',
  'notfound',
  'param',
  'routes200',
  'routes1000',
  'middleware10',
  'middleware10async',
  'middleware10sends',
  'post',
  'stream',
  'static10k',
  'static1m',
  'static304',
  'range',
  'upload5m',
  'save5m',
  'fields',
  'down',
  'up',
] as const

/** In both rows the contenders run the same; what they are compared with differs. */
export const stackScenarios = ['stack8', 'stack8byhand'] as const

export const scenarioNames = [...plainScenarios, ...stackScenarios] as const

export type Scenario = (typeof scenarioNames)[number]
export type StackScenario = (typeof stackScenarios)[number]
export type PlainScenario = (typeof plainScenarios)[number]

export const greeting = 'Hello, world!'

/** What the post scenario reads from its body. */
export interface Order {
  customer: string
}

/** One request and the answer it must get; without `answer`, any body will do. */
export interface Exchange {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** To be asked with the ETag that the server gives at first. */
  conditional?: true
  /** To be asked with the cookies that the server gives to a `POST /login`. */
  session?: true
  /** What the answer must carry besides, each under one of these names; and a line must be logged. */
  carries?: readonly Carried[]
  /** For requests of many milliseconds: so many at a time, and only whole ones are counted. */
  connections?: number
  status: number
  answerHeaders?: Record<string, string>
  answer?: string
}

/** A field that a middleware adds, by the names that it has in different frameworks. */
export interface Carried {
  names: readonly string[]
  value: RegExp
}

/** The body of the stream scenario, 64 KiB in pieces. */
export async function* chunks(): AsyncGenerator<string> {
  for (let index = 0; index < 64; index++) yield chunk
}

/** The body of the down scenario, each piece of it new, as if it came from a disk. */
export async function* mebibytes(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count * 16; index++) yield new Uint8Array(64 * 1024)
}

const chunk = `${'x'.repeat(1023)}\n`

/** The path of one of many routes, its parameter as each contender spells it. */
export function resourcePath(index: number, parameter: string): string {
  return `/resource${index}/${parameter}/items`
}

/** Enough to keep a server busy with requests of many milliseconds. */
export const heavyConnections = 4

const uploadSize = 5 * 1024 * 1024
/** 64 KiB from the middle of the large file. */
const range = { first: 262_144, last: 327_679 }

// Made when asked for: a server knows all the scenarios, but must not hold the bodies of others.
const exchanges: Record<Scenario, () => Exchange> = {
  hello: () => get('/', greeting),
  json: () => get('/', JSON.stringify({ message: greeting })),
  // The text of a 404 is each framework's own.
  notfound: () => ({ method: 'GET', path: '/nowhere', status: 404 }),
  param: () => get('/users/42', JSON.stringify({ id: 42 })),
  routes200: () => lastResource(200),
  routes1000: () => lastResource(1000),
  middleware10: () => get('/', greeting),
  middleware10async: () => get('/', greeting),
  middleware10sends: () => get('/', greeting),
  post: () => post('/orders', orderOfOneKilobyte(), { customer: 'Ada Lovelace' }),
  stream: () => get('/', chunk.repeat(64)),
  static10k: () => file(smallFile),
  static1m: () => file(largeFile),
  static304: () => {
    return { method: 'GET', path: smallFile.path, conditional: true, status: 304, answer: '' }
  },
  range: () => {
    const { first, last } = range
    return {
      method: 'GET',
      path: largeFile.path,
      headers: { range: `bytes=${first}-${last}` },
      status: 206,
      answerHeaders: {
        'content-length': `${last - first + 1}`,
        'content-range': `bytes ${first}-${last}/${largeFile.size}`,
      },
      answer: textOf(largeFile.size).slice(first, last + 1),
    }
  },
  upload5m: () => heavy(post('/uploads', uploadOf(uploadSize), { size: uploadSize })),
  save5m: () => heavy(post('/uploads', uploadOf(uploadSize), { size: uploadSize })),
  fields: () => {
    return heavy(post('/fields', manyFields(), { count: fieldCount, last: lastField.value }))
  },
  // Of any size; transfers.ts has its own way of asking for a gigabyte.
  down: () => get('/down/1', '\0'.repeat(1024 * 1024)),
  up: () => {
    const type = 'application/octet-stream'
    return post('/up', { type, body: new Uint8Array(uploadSize) }, { size: uploadSize })
  },
  stack8: askStack,
  stack8byhand: askStack,
}

/** Of whom the session tells, and where a script asks from. */
export const visitor = { user: 'Ada Lovelace' }
export const foreignOrigin = 'https://shop.example.org'

function askStack(): Exchange {
  return {
    ...get('/', JSON.stringify(visitor)),
    headers: { origin: foreignOrigin, 'accept-encoding': 'gzip, deflate, br' },
    session: true,
    carries: [
      { names: ['x-request-id'], value: /^[\w-]{8,}$/ },
      { names: ['content-security-policy'], value: /default-src 'self';/ },
      { names: ['x-content-type-options'], value: /^nosniff$/ },
      { names: ['access-control-allow-origin'], value: /^https:\/\/shop\.example\.org$/ },
      { names: ['vary'], value: /\borigin\b/i },
      { names: ['ratelimit', 'ratelimit-remaining', 'x-ratelimit-remaining'], value: /\d/ },
      { names: ['etag'], value: /^(?:W\/)?"[^"]+"$/ },
    ],
  }
}

const made = new Map<Scenario, Exchange>()

export function exchangeOf(scenario: Scenario, contender?: string): Exchange {
  const exchange = made.get(scenario) ?? exchanges[scenario]()
  made.set(scenario, exchange)
  // In this row raw is asked the same, and answers with none of it.
  const isBare = contender === 'raw' && scenario === 'stack8'
  return isBare ? { ...exchange, carries: [] } : exchange
}

function get(path: string, answer: string): Exchange {
  return { method: 'GET', path, status: 200, answer }
}

function file({ path, size }: { path: string; size: number }): Exchange {
  return { ...get(path, textOf(size)), answerHeaders: { 'content-length': `${size}` } }
}

function post(path: string, { type, body }: Payload, answer: object): Exchange {
  const headers = { 'content-type': type }
  return { method: 'POST', path, headers, body, status: 200, answer: JSON.stringify(answer) }
}

function heavy(exchange: Exchange): Exchange {
  return { ...exchange, connections: heavyConnections }
}

function lastResource(count: number): Exchange {
  const resource = count - 1
  return get(resourcePath(resource, '42'), JSON.stringify({ resource, id: '42' }))
}
