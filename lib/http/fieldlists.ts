/**
 * Converts the names in lists of fields to lower case, because JavaScript apps may send others, and copies
 * messages.
 */
import type { HeaderList } from '../types.ts'

/**
 * Returns the name in lower case. A value that is not text is returned unchanged, and the server refuses
 * it.
 */
export function lowerName(name: string): string {
  return typeof name === 'string' ? name.toLowerCase() : name
}

/** Returns the list itself if its names are in lower case, otherwise a copy with lower-case names. */
export function lowerNames(list: HeaderList): HeaderList {
  // Most names have the same index as in the previous list, because middleware appends its fields. The
  // same list is checked again, because an app may have changed it in place, against the contract.
  const seen = list === lastSeen ? NONE : lastSeen
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? ''
    if (name !== seen[index] && !isLowerCase(name)) return list.map(lowerAtEvenPlaces)
  }
  lastSeen = list
  return list
}

/** Returns the message itself if its names are in lower case, otherwise a copy with lower-case names. */
export function withLowerNames<Message extends { readonly headers?: HeaderList }>(
  message: Message,
): Message {
  const { headers } = message
  if (!Array.isArray(headers)) return message
  const lower = lowerNames(headers)
  return lower === headers ? message : withHeaders(message, lower)
}

const NONE: HeaderList = Object.freeze([])

/** The previous list whose names were in lower case. */
let lastSeen = NONE

const KNOWN_NAMES = new Set<string>()
const MOST_KNOWN_NAMES = 1000

/** Looks names up in a set of known names, which takes a third of the time: programs send few names. */
function isLowerCase(name: string): boolean {
  if (KNOWN_NAMES.has(name)) return true
  if (name !== lowerName(name)) return false
  if (KNOWN_NAMES.size < MOST_KNOWN_NAMES) KNOWN_NAMES.add(name)
  return true
}

function lowerAtEvenPlaces(text: string, index: number): string {
  return index % 2 === 0 ? lowerName(text) : text
}

/**
 * Returns a copy of the message with this list.
 *
 * `{ ...message, headers }` does the same, but takes three times as long for a message that was itself
 * made by spreading, as after several middleware (measured on Node 20).
 */
export function withHeaders<Message extends { readonly headers?: HeaderList }>(
  message: Message,
  headers: HeaderList,
): Message {
  const copy: Message & { headers?: HeaderList } = { ...message }
  copy.headers = headers
  return copy
}
