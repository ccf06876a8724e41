/** Sliding windows in Redis: one script and one key, by the clock of Redis. */
import type { SpendWindow, Spent } from './store.ts'

/**
 * One hash per key, with one field per window: the position, the sum of the current period and that of the
 * previous one. It uses a single key because clusters can only run such scripts.
 *
 * If the clock goes back by less than one period, as after a failover, sums are kept. The arithmetic is that
 * of `roomIn()`, on the same doubles.
 */
const SPEND = `
local now = redis.call('TIME')
local time = now[1] + now[2] / 1000000
local cost = tonumber(ARGV[1])
local states, fields, longest, isAllowed = {}, {}, 0, true
for i = 2, #ARGV, 2 do
  local max, length = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local position = time / length
  local index = math.floor(position)
  local kept = redis.call('HGET', KEYS[1], ARGV[i + 1]) or ''
  local known, spent, previous = string.match(kept, '^(%d+) (%d+) (%d+)$')
  known = tonumber(known)
  if known == index + 1 then index, position = known, known
  elseif known == index - 1 then previous, spent = spent, 0
  elseif known ~= index then previous, spent = 0, 0 end
  local sum = spent + cost
  if sum > math.floor(max - previous * (1 - (position - index)) + 0.001) then isAllowed = false end
  longest = math.max(longest, length)
  states[#states + 1] = string.format('%.17g %.0f %.0f', position, previous, sum)
  fields[#fields + 1] = ARGV[i + 1]
  fields[#fields + 1] = string.format('%.0f %.0f %.0f', index, sum, previous)
end
if isAllowed then
  redis.call('HSET', KEYS[1], unpack(fields))
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(longest * 2000, 2 ^ 52)))
end
return states`

/** The arguments of `EVAL`. */
export function spendCommand(
  key: string,
  cost: number,
  windows: readonly SpendWindow[],
): readonly ['EVAL', ...string[]] {
  const limits = windows.flatMap(({ max, seconds }) => [String(max), String(seconds)])
  return ['EVAL', SPEND, '1', key, String(cost), ...limits]
}

/** Parses the reply of the script. */
export function spentOf(reply: unknown): readonly Spent[] {
  if (!Array.isArray(reply)) return []
  return reply.map((state) => {
    const [position = 0, previous = 0, sum = 0] = String(state).split(' ').map(Number)
    return { position, previous, sum }
  })
}
