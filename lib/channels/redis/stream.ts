/** The history of a channel as a Redis stream with consecutive ids. */
import type { SendCommand } from '../../redis.ts'
import type { KeptMessage } from '../backend.ts'
import { isUpTo, type Position } from '../message.ts'

export interface StreamLimits {
  /** The approximate number of messages that are kept. */
  readonly length: number
  /** How long it is kept after the last message, in milliseconds. */
  readonly ttlMs: number
}

/** Identifies the publisher and its message. With it, a repeated command publishes only once. */
interface Sender {
  /** A key that only this publisher uses. */
  readonly key: string
  /** Increases by one with each message. */
  readonly number: number
}

/** How long the last number of a sender is kept, in milliseconds: a client may repeat a command this late. */
const REMEMBERED_MS = 3_600_000

/**
 * Stores and publishes in one step, so both have the same order.
 *
 * An id is the time and a number that increases by one, from which a subscriber computes what it has missed.
 * If the stream is missing, the numbers begin with 1 in a new run, whose name is the time.
 */
const PUBLISH = `
local sent = redis.call('GET', KEYS[2])
if sent and tonumber(sent) >= tonumber(ARGV[5]) then return -1 end
local now = redis.call('TIME')
local time = now[1] * 1000 + math.floor(now[2] / 1000)
local number = 1
local run = string.format('%.0f', time)
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  local before, count = string.match(last[1], '^(%d+)-(%d+)$')
  time = math.max(time, tonumber(before))
  number = count + 1
  run = last[2][2]
end
local id = string.format('%.0f-%.0f', time, number)
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id, 'r', run, 'm', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ${REMEMBERED_MS})
return redis.call('PUBLISH', ARGV[1], id .. ' ' .. run .. ' ' .. ARGV[4])`

/**
 * Appends a message. It does not use EVALSHA: if Redis does not know the script, it must be sent again, and a
 * later message could be first.
 */
export async function append(
  send: SendCommand,
  key: string,
  content: string | Uint8Array,
  { length, ttlMs }: StreamLimits,
  sender: Sender,
): Promise<void> {
  const limits = [String(length), String(ttlMs)]
  const keys = ['2', key, sender.key]
  await send(['EVAL', PUBLISH, ...keys, key, ...limits, content, String(sender.number)])
}

/**
 * Returns the position of the last message of each stream, without the messages; an error for keys of other
 * types.
 */
const LAST = `
local found = {}
for index, key in ipairs(KEYS) do
  local last = redis.pcall('XREVRANGE', key, '+', '-', 'COUNT', 1)
  if last.err then found[index] = '!' .. last.err
  elseif last[1] then found[index] = last[1][1] .. ' ' .. last[1][2][2] .. ' '
  else found[index] = '' end
end
return found`

/** The ends of streams, in the order of the keys; undefined for a missing stream. */
export async function lastPositions(
  send: SendCommand,
  keys: readonly string[],
): Promise<readonly (Position | Error | undefined)[]> {
  const found = await send(['EVAL', LAST, String(keys.length), ...keys])
  return keys.map((_, index) => {
    const text = Array.isArray(found) ? String(found[index]) : ''
    return text.startsWith('!') ? new Error(text.slice(1)) : positionOf(text)
  })
}

/**
 * Reads one page, limited by entries and bytes, but with at least one message. If the first entry is already
 * known, only its position is returned.
 */
const PAGE = `
local first, count, most = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local entries = redis.call(ARGV[1], KEYS[1], first, ARGV[3], 'COUNT', count)
local page, size, isCut = {}, 0, #entries == count
for _, entry in ipairs(entries) do
  local isKnown = entry[1] == first
  local content = not isKnown and entry[2][4] or ''
  size = size + #content
  if size > most and size > #content then
    isCut = true
    break
  end
  page[#page + 1] = { entry[1] .. ' ' .. entry[2][2] .. ' ', content }
end
return { isCut and 1 or 0, page }`

/** Small enough to be read within any timeout, even over a slow connection. */
const PAGE_BYTES = 128 * 1024
const FIRST_COUNT = 16
const MOST_COUNT = 512

interface Page {
  readonly entries: readonly KeptMessage[]
  /** Whether the stream ended here when the page was read. */
  readonly isLast: boolean
}

/** Reads a stream page by page. The number of entries adapts to how many fitted into earlier pages. */
export class Pages {
  readonly #send: SendCommand
  readonly #key: string
  #count = FIRST_COUNT

  constructor(send: SendCommand, key: string) {
    this.#send = send
    this.#key = key
  }

  /** The messages after a position. Without one, the whole stream, which was empty before. */
  async after(position: Position | undefined): Promise<MissedMessages> {
    const from = position === undefined ? '-' : idOf(position)
    const { entries, isLast } = await this.#read('XRANGE', from, '+')
    const first = entries[0]?.position
    if (position === undefined || first?.run !== position.run) {
      return { messages: entries, lost: undefined, isLast }
    }
    if (isUpTo(first, position)) return { messages: entries.slice(1), lost: 0, isLast }
    const lost = first.number - position.number - 1
    return { messages: entries, lost: lost < 0 ? undefined : lost, isLast }
  }

  /** The last messages, the oldest first. */
  async last(limit: number): Promise<readonly KeptMessage[]> {
    const found: KeptMessage[] = []
    for (let from = '+'; found.length < limit; ) {
      this.#count = Math.min(this.#count, limit - found.length)
      const { entries, isLast } = await this.#read('XREVRANGE', from, '-')
      const older = from === '+' ? entries : entries.slice(1)
      found.push(...older)
      const oldest = older.at(-1)
      if (isLast || oldest === undefined) break
      from = idOf(oldest.position)
    }
    return found.slice(0, limit).reverse()
  }

  async #read(command: string, from: string, to: string): Promise<Page> {
    const bounds = [String(this.#count + 1), String(PAGE_BYTES)] // the first one may already be known
    const reply = await this.#send(['EVAL', PAGE, '1', this.#key, command, from, to, ...bounds])
    const [isCut, page] = Array.isArray(reply) ? reply : []
    const entries = entriesOf(page)
    const isFull = entries.length > this.#count
    this.#count = isFull ? Math.min(this.#count * 2, MOST_COUNT) : Math.max(entries.length, 1)
    return { entries, isLast: Number(isCut) !== 1 }
  }
}

export interface MissedMessages {
  readonly messages: readonly KeptMessage[]
  /** The number of lost messages before them; undefined if unknown. */
  readonly lost: number | undefined
  readonly isLast: boolean
}

function idOf({ time, number }: Position): string {
  return `${time}-${number}`
}

function entriesOf(page: unknown): KeptMessage[] {
  if (!Array.isArray(page)) return []
  return page.flatMap((entry) => {
    const [head, content] = Array.isArray(entry) ? entry : []
    const position = positionOf(String(head))
    if (position === undefined || !(content instanceof Uint8Array)) return []
    return [{ content: new Uint8Array(content), position }]
  })
}

const HEAD = /^(\d{1,16})-(\d{1,16}) (\d{1,16}) /
const LONGEST_HEAD = 51

function positionOf(head: string): Position | undefined {
  const [, time, number, run] = HEAD.exec(head) ?? []
  if (run === undefined) return undefined
  return { run: Number(run), time: Number(time), number: Number(number) }
}

interface PublishedMessage {
  readonly content: Uint8Array
  readonly position: Position | undefined
}

/** Parses a message from `append`; messages of other publishers have no position. */
export function parsePublished(payload: Uint8Array): PublishedMessage {
  const head = String.fromCharCode(...payload.subarray(0, LONGEST_HEAD))
  const position = positionOf(head)
  const length = HEAD.exec(head)?.[0].length ?? 0
  return { content: payload.subarray(length), position }
}
