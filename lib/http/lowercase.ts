/** Names of fields in lower case, for those who read what an app sends: JavaScript may write them otherwise. */

import type { HeaderList } from '../types.ts'
import { withHeaders } from './withheaders.ts'

/** The name in lower case; what is no text stays as it is, for the server to refuse. */
export function lowerName(name: string): string {
  return typeof name === 'string' ? name.toLowerCase() : name
}

/** The list itself, or one with all names in lower case. */
export function lowerNames(list: HeaderList): HeaderList {
  // Most names stand where they stood in the list before: what a middleware adds comes last. A list that
  // is the same may have been changed in place, against the contract.
  const seen = list === lastSeen ? NONE : lastSeen
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? ''
    if (name !== seen[index] && !isLowerCase(name)) return list.map(lowerAtEvenPlaces)
  }
  lastSeen = list
  return list
}

/** The message itself, or one with all names in lower case. */
export function withLowerNames<Message extends { readonly headers?: HeaderList }>(
  message: Message,
): Message {
  const { headers } = message
  if (!Array.isArray(headers)) return message
  const lower = lowerNames(headers)
  return lower === headers ? message : withHeaders(message, lower)
}

const NONE: HeaderList = Object.freeze([])

/** A list whose names were in lower case. */
let lastSeen = NONE

const KNOWN_NAMES = new Set<string>()
const MOST_KNOWN_NAMES = 1000

/** By a set of those seen, which takes a third of the time: programs send the same few names. */
function isLowerCase(name: string): boolean {
  if (KNOWN_NAMES.has(name)) return true
  if (name !== lowerName(name)) return false
  if (KNOWN_NAMES.size < MOST_KNOWN_NAMES) KNOWN_NAMES.add(name)
  return true
}

function lowerAtEvenPlaces(text: string, index: number): string {
  return index % 2 === 0 ? lowerName(text) : text
}
