/** Finds the whole target of a request in a host, and the prefix that the host has stripped. */
import type { IncomingMessage } from 'node:http'
import {
  isBelow,
  lengthOnWire,
  parseTarget,
  restOnWire,
  type Target,
} from '../../protocol/target.ts'

/** The properties that hosts add to a Node request. */
export interface HostedRequest extends IncomingMessage {
  /** The original target: Express, Connect, Vite, Fastify's middie. */
  originalUrl?: unknown
  /** The prefix that was stripped from `url`: Express. */
  baseUrl?: unknown
  /** The result of a body parser. */
  body?: unknown
  /** The unparsed body, which some hosts keep for signatures. */
  rawBody?: unknown
}

export interface Place {
  /** Without the prefix; undefined if it is invalid. */
  readonly target: Target | undefined
  readonly rootPath: string
  readonly rawRootPath: string
}

/** Parses `url`, and finds the prefix before it in the original target. */
export function placeOf(request: HostedRequest): Place {
  const { url = '', originalUrl, baseUrl } = request
  const original = typeof originalUrl === 'string' ? originalUrl : url
  const rawRootPath = typeof baseUrl === 'string' ? baseUrl : prefixOf(url, original)
  const rootPath = decoded(rawRootPath)
  if (rootPath === undefined) return { target: undefined, rootPath: '', rawRootPath: '' }
  const target = parseTarget(url)
  // For a request of exactly the prefix, hosts set `url` to "/". The original target has no such slash, so
  // the path has none.
  const isPrefix =
    rawRootPath !== '' && target?.path === '/' && rawRootPath === withoutQuery(original)
  return {
    target: isPrefix ? { ...target, path: '', rawPath: '' } : target,
    rootPath,
    rawRootPath,
  }
}

/**
 * The place of an upgrade, from which hosts do not strip the prefix. Undefined if it is not below the prefix.
 *
 * @param prefix Decoded, without a trailing slash; '' if it is not known.
 */
export function placeBelow(request: HostedRequest, prefix: string): Place | undefined {
  const place = placeOf(request)
  const { target, rawRootPath } = place
  // An invalid target belongs to no prefix, so it is answered here with 400.
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

/** The part of the original target before `url`; '' if the host has rewritten `url`. */
function prefixOf(url: string, original: string): string {
  if (url === original || !url.startsWith('/')) return ''
  // A host may have added the first slash of `url` itself.
  const rest = original.endsWith(url) ? url : url.slice(1)
  if (!original.endsWith(rest)) return ''
  const prefix = original.slice(0, original.length - rest.length)
  return prefix.startsWith('/') && !prefix.includes('?') ? prefix : ''
}

function withoutQuery(target: string): string {
  const question = target.indexOf('?')
  return question < 0 ? target : target.slice(0, question)
}

function decoded(prefix: string): string | undefined {
  return prefix === '' ? '' : parseTarget(prefix)?.path
}
