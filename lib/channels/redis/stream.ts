/** The history of a channel as a Redis stream, whose ids have no holes. */
import type { SendCommand } from '../../redis.ts'
import type { KeptMessage } from '../backend.ts'
import { isUpTo, type Position } from '../message.ts'

export interface StreamLimits {
  /** About how many messages are kept. */
  readonly length: number
  /** Milliseconds after the last message. */
  readonly ttlMs: number
}

/**
 * Keeps and publishes in one step, so that both are in the same order.
 *
 * An id is the time and a number: one more than the last one's, so that whoever has seen one can tell
 * what it has missed. Numbers begin with 1 where there is no stream, which is another run, named by
 * the time.
 */
const PUBLISH = `
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
return redis.call('PUBLISH', ARGV[1], id .. ' ' .. run .. ' ' .. ARGV[4])`

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
  const from = position === undefined ? '-' : `${position.time}-${position.number}`
  const messages = entriesOf(await send(['XRANGE', key, from, '+']))
  const first = messages[0]?.position
  if (position === undefined || first?.run !== position.run) return { messages, lost: undefined }
  if (isUpTo(first, position)) return { messages: messages.slice(1), lost: 0 }
  const lost = first.number - position.number - 1
  return { messages, lost: lost < 0 ? undefined : lost }
}

function entriesOf(reply: unknown): KeptMessage[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap(([id, [, run, , content] = []]) => {
    const position = positionOf(`${id} ${run} `)
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

export interface Published {
  readonly content: Uint8Array
  readonly position: Position | undefined
}

/** Takes apart what `append` publishes; what others publish there has no position. */
export function parsePublished(payload: Uint8Array): Published {
  const head = String.fromCharCode(...payload.subarray(0, LONGEST_HEAD))
  const position = positionOf(head)
  const length = HEAD.exec(head)?.[0].length ?? 0
  return { content: payload.subarray(length), position }
}
