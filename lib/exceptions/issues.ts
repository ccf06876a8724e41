/** Issues: errors in the values of a request or a message. */

import { invalid } from '../internal/checks.ts'

/** The part of a request from which a value came; `message` for a message of a websocket. */
export type IssueSource = 'query' | 'path' | 'header' | 'cookie' | 'body' | 'message'

/** One error in a request. It does not contain the value that was sent. */
export interface Issue {
  /** The part of the request. */
  readonly source: IssueSource
  /** The path in that part: `['items', 0, 'name']`; empty for the whole part. */
  readonly path: readonly (string | number)[]
  /** The same as a JSON Pointer (RFC 6901): `/items/0/name`. */
  readonly pointer: string
  /** A description of the error for the client. */
  readonly message: string
}

/** The values of an issue. Its pointer is made of its path. */
export interface IssueInit {
  /** The part of the request. */
  source: IssueSource
  /** The path in that part (the whole part). */
  path?: readonly (string | number)[]
  /** A description of the error. Clients read it, so it must not contain the value that was sent. */
  message: string
}

const SOURCES: readonly unknown[] = ['query', 'path', 'header', 'cookie', 'body', 'message']

/**
 * Converts a path to a JSON Pointer (RFC 6901).
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
    throw invalid('ValidationError', what, source, "Write { source: 'body', path, message }")
  }
  if (typeof message !== 'string') {
    const what = 'the message of an issue must be text'
    throw invalid('ValidationError', what, message, 'Describe the error in it')
  }
  if (!Array.isArray(path) || !path.every(isKey)) {
    const what = 'the path of an issue must be a list of keys and indexes'
    throw invalid('ValidationError', what, path, "Write path: ['items', 0, 'name']")
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
