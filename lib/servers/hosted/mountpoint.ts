/** Where in its host a request is: the whole target, and the prefix that the host has taken off. */
import type { IncomingMessage } from 'node:http'
import {
  isBelow,
  lengthOnWire,
  parseTarget,
  restOnWire,
  type Target,
} from '../../protocol/target.ts'

/** What hosts write on a request besides what Node does. */
export interface HostedRequest extends IncomingMessage {
  /** The target as it came: Express, Connect, Vite, Fastify's middie. */
  originalUrl?: unknown
  /** The prefix that was taken off `url`: Express. */
  baseUrl?: unknown
  /** What a body parser has made of the body. */
  body?: unknown
  /** The body as it was, which some keep for signatures. */
  rawBody?: unknown
}

export interface Place {
  /** Without the prefix; undefined if it is invalid. */
  readonly target: Target | undefined
  readonly rootPath: string
  readonly rawRootPath: string
}

/** Reads `url` below the prefix, which stands before it in the target that came. */
export function placeOf(request: HostedRequest): Place {
  const { url = '', originalUrl, baseUrl } = request
  const original = typeof originalUrl === 'string' ? originalUrl : url
  const rawRootPath = typeof baseUrl === 'string' ? baseUrl : prefixOf(url, original)
  const rootPath = decoded(rawRootPath)
  if (rootPath === undefined) return { target: undefined, rootPath: '', rawRootPath: '' }
  const target = parseTarget(url)
  // The prefix itself is given as "/" by hosts; what came has no slash there, and neither has the path.
  const isPrefix =
    rawRootPath !== '' && target?.path === '/' && rawRootPath === withoutQuery(original)
  return {
    target: isPrefix ? { ...target, path: '', rawPath: '' } : target,
    rootPath,
    rawRootPath,
  }
}

/**
 * The place of an upgrade, of which hosts take no prefix off; undefined outside of the prefix.
 *
 * @param prefix Decoded, without a slash at its end; '' when the host has not told where the app is.
 */
export function placeBelow(request: HostedRequest, prefix: string): Place | undefined {
  const place = placeOf(request)
  const { target, rawRootPath } = place
  // An invalid target is answered here with 400, since it belongs to no prefix.
  if (prefix === '' || rawRootPath !== '') return place
  if (target === undefined || !isBelow(target.path, prefix)) return undefined
  const { path, rawPath } = target
  return {
    target: {
      ...target,
      path: path.slice(prefix.length),
      rawPath: restOnWire(rawPath, prefix.length),
    },
    rootPath: prefix,
    rawRootPath: rawPath.slice(0, lengthOnWire(rawPath, prefix.length)),
  }
}

/** What comes before `url` in the original; nothing when the host has written another one. */
function prefixOf(url: string, original: string): string {
  if (url === original || !url.startsWith('/')) return ''
  const end = original.endsWith(url)
    ? original.length - url.length
    : original.endsWith(url.slice(1))
      ? original.length - url.length + 1
      : 0
  const prefix = original.slice(0, end)
  return prefix.startsWith('/') && !prefix.includes('?') ? prefix : ''
}

function withoutQuery(target: string): string {
  const question = target.indexOf('?')
  return question < 0 ? target : target.slice(0, question)
}

function decoded(prefix: string): string | undefined {
  return prefix === '' ? '' : parseTarget(prefix)?.path
}
