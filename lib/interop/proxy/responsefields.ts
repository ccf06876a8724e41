/** The fields of a response for the client. */

import { isHeaderName, isHeaderValue } from '../../http/headers.ts'
import { hopByHop } from '../../http/hopbyhop.ts'
import type { HeaderList } from '../../types.ts'
import type { Base } from './base.ts'

/** The options for these fields, and the URL under which the client sees the upstream. */
export interface ResponseRules {
  readonly base: Base
  /** The Host field that was sent to the upstream, which may use it in absolute URLs. */
  readonly host: string
  /** The prefix under which the client sees the upstream, percent-encoded. */
  readonly mount: string
  /** Whether the upstream got the prefix, and so may already have added it. */
  readonly sendsPrefix: boolean
  readonly rewriteLocation: boolean
  readonly rewriteCookies: boolean
  /** Whether the `Trailer` field is kept. */
  readonly keepsTrailer: boolean
}

/** Fields with lower-case names, without hop-by-hop ones; undefined if a field is invalid. */
export function responseFields(
  rawHeaders: readonly string[],
  rules: ResponseRules,
): HeaderList | undefined {
  const lower = rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text))
  const isDropped = hopByHop(lower)
  const kept: string[] = []
  for (let index = 0; index < lower.length; index += 2) {
    const name = lower[index] ?? ''
    const value = lower[index + 1] ?? ''
    if (!isHeaderName(name) || !isHeaderValue(value)) return undefined
    if (isDropped(name) && !(name === 'trailer' && rules.keepsTrailer)) continue
    kept.push(name, rewriteField(name, value, rules))
  }
  return kept
}

function rewriteField(name: string, value: string, rules: ResponseRules): string {
  if (name === 'set-cookie') return rules.rewriteCookies ? moveCookie(value, rules) : value
  const isPlace = name === 'location' || name === 'content-location'
  return isPlace && rules.rewriteLocation ? moveLocation(value, rules) : value
}

/** Maps a URL below the base to one below the mount; other URLs are unchanged. */
function moveLocation(value: string, rules: ResponseRules): string {
  const { base, host, mount, sendsPrefix } = rules
  const isForeign = !startsWithOrigin(value, base.origin)
  const own = isForeign ? ownOrigin(value, base, host) : base.origin
  const place = value.slice(own.length)
  if (own === '' ? !/^\/(?!\/)/.test(place) : !/^(?:[/?#]|$)/.test(place)) return value
  // An upstream that uses the forwarded prefix has already added it, even to URLs with its own host.
  if (sendsPrefix && mount !== '' && isURLBelow(place, mount)) return isForeign ? value : place
  if (!isURLBelow(place, base.path)) return value
  const moved = mount + place.slice(base.path.length) || '/'
  // Two slashes would start a host name.
  return /^\/[/\\]/.test(moved) ? value : moved
}

/** The origin of a URL that the upstream built from the client's Host, which `keepHost` sends. */
function ownOrigin(value: string, base: Base, host: string): string {
  if (host === '' || host === base.authority) return ''
  const origins = [`http://${host.toLowerCase()}`, `https://${host.toLowerCase()}`]
  return origins.find((origin) => startsWithOrigin(value, origin)) ?? ''
}

function startsWithOrigin(value: string, origin: string): boolean {
  return value.slice(0, origin.length).toLowerCase() === origin
}

/** Rewrites the path to the mount, and removes the domain, which is the upstream's. */
function moveCookie(value: string, { base, mount }: ResponseRules): string {
  const [pair = '', ...attributes] = value.split(';')
  const moved = attributes
    .filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute))
    .map((attribute) => {
      const [start = ''] = /^\s*path\s*=\s*/i.exec(attribute) ?? []
      const path = attribute.slice(start.length).trimEnd()
      if (start === '' || !isURLBelow(path, base.path)) return attribute
      return start + (mount + path.slice(base.path.length) || '/')
    })
  return [pair, ...moved].join(';')
}

/** Whether the path of a URL, which may have a query or a fragment, is the prefix or below it. */
function isURLBelow(place: string, prefix: string): boolean {
  return place.startsWith(prefix) && /^(?:[/?#]|$)/.test(place.slice(prefix.length))
}
