/** Issues: what is wrong with the values of a request or a message, and where. */

import { wrong } from '../internal/must.ts'

/** The part of a request that a value came from; `message` for a message of a websocket. */
export type IssueSource = 'query' | 'path' | 'header' | 'cookie' | 'body' | 'message'

/** One thing that is wrong with a request. It never holds the value that was sent. */
export interface Issue {
  /** The part of the request. */
  readonly source: IssueSource
  /** Where in that part: `['items', 0, 'name']`; empty for the part as a whole. */
  readonly path: readonly (string | number)[]
  /** The same as a JSON Pointer (RFC 6901): `/items/0/name`. */
  readonly pointer: string
  /** What is wrong, for the client to read. */
  readonly message: string
}

/** An issue as it is written down; its pointer is made of its path. */
export interface IssueInit {
  /** The part of the request. */
  source: IssueSource
  /** Where in that part (the part as a whole). */
  path?: readonly (string | number)[]
  /** What is wrong. Clients read it, so it must not contain what was sent. */
  message: string
}

const SOURCES: readonly unknown[] = ['query', 'path', 'header', 'cookie', 'body', 'message']

/**
 * A path as JSON Pointer (RFC 6901).
 *
 * @example
 * jsonPointer(['items', 0, 'a/b']) // '/items/0/a~1b'
 */
export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/**
 * Makes an issue with its pointer.
 *
 * @throws TypeError if its source, path or message is invalid.
 */
export function issueOf(init: IssueInit): Issue {
  const { source, path = [], message } = init
  if (!SOURCES.includes(source)) {
    const what = 'the source of an issue must be query, path, header, cookie, body or message'
    throw wrong('ValidationError', what, source, "Write { source: 'body', path, message }")
  }
  if (typeof message !== 'string') {
    const what = 'the message of an issue must be text'
    throw wrong('ValidationError', what, message, 'Say in it what is wrong')
  }
  if (!Array.isArray(path) || !path.every(isKey)) {
    const what = 'the path of an issue must be a list of keys and indexes'
    throw wrong('ValidationError', what, path, "Write path: ['items', 0, 'name']")
  }
  return Object.freeze({
    source,
    path: Object.freeze([...path]),
    pointer: jsonPointer(path),
    message,
  })
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' || typeof key === 'number'
}
