/** The history of a channel as a Redis stream, whose ids have no holes. */
import type { SendCommand } from '../../redis.ts'
import type { KeptMessage } from '../backend.ts'
import type { Position } from '../message.ts'

export interface StreamLimits {
  /** About how many messages are kept. */
  readonly length: number
  /** Milliseconds after the last message. */
  readonly ttlMs: number
}

/**
 * Keeps and publishes in one step, so that both are in the same order.
 *
 * Ids are counted, not told by the clock: `<run>-1`, `<run>-2` and so on, where a run begins when
 * there is no stream. So whoever has seen one can tell what it has missed.
 */
const PUBLISH = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local id
if last then
  local run, number = string.match(last[1], '^(%d+)-(%d+)$')
  id = run .. '-' .. string.format('%.0f', number + 1)
else
  local now = redis.call('TIME')
  id = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)) .. '-1'
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id, 'm', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('PUBLISH', ARGV[1], id .. ' ' .. ARGV[4])`

/** Not EVALSHA: what has to be sent twice, since the script is not known, could be overtaken. */
export async function append(
  send: SendCommand,
  key: string,
  content: string | Uint8Array,
  { length, ttlMs }: StreamLimits,
): Promise<void> {
  await send(['EVAL', PUBLISH, '1', key, key, String(length), String(ttlMs), content])
}

/** The last messages, the oldest first. */
export async function lastOf(
  send: SendCommand,
  key: string,
  limit: number,
): Promise<readonly KeptMessage[]> {
  return entriesOf(await send(['XREVRANGE', key, '+', '-', 'COUNT', String(limit)])).reverse()
}

export interface Missed {
  readonly messages: readonly KeptMessage[]
  /** How many are lost before them; undefined when it cannot be told. */
  readonly lost: number | undefined
}

/** What came after a position, or, where there is none, since there was nothing. */
export async function missedSince(
  send: SendCommand,
  key: string,
  position: Position | undefined,
): Promise<Missed> {
  const from = position === undefined ? '-' : `${position.run}-${position.number}`
  const messages = entriesOf(await send(['XRANGE', key, from, '+']))
  const first = messages[0]?.position
  if (position === undefined || first?.run !== position.run) return { messages, lost: undefined }
  if (first.number === position.number) return { messages: messages.slice(1), lost: 0 }
  return { messages, lost: first.number - position.number - 1 }
}

function entriesOf(reply: unknown): KeptMessage[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap(([id, fields]) => {
    const position = positionOf(String(id))
    const content: unknown = fields?.[1]
    if (position === undefined || !(content instanceof Uint8Array)) return []
    return [{ content: new Uint8Array(content), position }]
  })
}

function positionOf(id: string): Position | undefined {
  const [, run, number] = /^(\d+)-(\d+)$/.exec(id) ?? []
  if (run === undefined || number === undefined) return undefined
  return { run: Number(run), number: Number(number) }
}

const SPACE = 32
const LONGEST_ID = 41

export interface Published {
  readonly content: Uint8Array
  readonly position: Position | undefined
}

/** Takes apart what `append` publishes; what others publish there has no id, and is content. */
export function parsePublished(payload: Uint8Array): Published {
  const end = payload.subarray(0, LONGEST_ID + 1).indexOf(SPACE)
  const position = positionOf(String.fromCharCode(...payload.subarray(0, Math.max(end, 0))))
  if (position === undefined) return { content: payload, position }
  return { content: payload.subarray(end + 1), position }
}
