/** Fields that tell the upstream about the client: `X-Forwarded-*` and `Forwarded` (RFC 7239). */
import { indexOfName } from '../../http/headers.ts'
import { hostHeader } from '../../http/hosts.ts'
import { withoutZone } from '../../http/ipaddresses.ts'
import { encodePath } from '../../http/urls.ts'
import type { HeaderList, HTTPScope, WebSocketScope } from '../../types.ts'

/** Which of these fields to send. */
export type ForwardedFields = 'x-forwarded' | 'forwarded' | 'both' | 'none'

// CGI-like upstreams treat an underscore as a hyphen.
const FAMILY =
  /^(?:forwarded|x[-_]forwarded(?:[-_].*)?|x[-_]real[-_]ip|x[-_](?:original|rewrite)[-_].*)$/

/** Whether upstreams trust this field as written by a proxy. */
export function isForwardedField(name: string): boolean {
  return FAMILY.test(name)
}

/**
 * The forwarded fields. They extend the incoming ones, which must be trusted, or replace them.
 */
export function forwardedFields(
  scope: HTTPScope | WebSocketScope,
  fields: ForwardedFields,
  incoming: HeaderList,
): HeaderList {
  const result: string[] = []
  const proto = scope.scheme === 'https' || scope.scheme === 'wss' ? 'https' : 'http'
  const host = hostHeader(scope)
  const client = scope.client === null ? undefined : withoutZone(scope.client.host)
  if (fields === 'x-forwarded' || fields === 'both') {
    const list = [
      ...valuesOf(incoming, 'x-forwarded-for'),
      ...(client === undefined ? [] : [client]),
    ]
    if (list.length > 0) result.push('x-forwarded-for', list.join(', '))
    const claimedHost = valuesOf(incoming, 'x-forwarded-host')[0] ?? host
    if (claimedHost !== '') result.push('x-forwarded-host', claimedHost)
    result.push('x-forwarded-proto', valuesOf(incoming, 'x-forwarded-proto')[0] ?? proto)
    const prefix = (valuesOf(incoming, 'x-forwarded-prefix')[0] ?? '') + encodePath(scope.rootPath)
    if (prefix !== '') result.push('x-forwarded-prefix', prefix)
  }
  if (fields === 'forwarded' || fields === 'both') {
    const own = [`for=${nodeOf(client)}`, ...(host === '' ? [] : [`host=${quoted(host)}`])]
    const element = [...own, `proto=${proto}`].join(';')
    result.push('forwarded', [...valuesOf(incoming, 'forwarded'), element].join(', '))
  }
  return result
}

/** Whether these fields contain the prefix under which the client sees the upstream. */
export function sendsPrefixField(fields: ForwardedFields): boolean {
  return fields === 'x-forwarded' || fields === 'both'
}

/** The other forwarded fields, which pass unchanged. */
export function otherFields(fields: ForwardedFields, incoming: HeaderList): HeaderList {
  const replaced = new Set<string>()
  if (fields === 'forwarded' || fields === 'both') replaced.add('forwarded')
  if (fields === 'x-forwarded' || fields === 'both') {
    for (const name of ['for', 'host', 'proto', 'prefix']) replaced.add(`x-forwarded-${name}`)
  }
  const kept: string[] = []
  for (let index = 0; index < incoming.length; index += 2) {
    const name = incoming[index] ?? ''
    if (!replaced.has(name)) kept.push(name, incoming[index + 1] ?? '')
  }
  return kept
}

function valuesOf(headers: HeaderList, name: string): string[] {
  if (indexOfName(headers, name) < 0) return []
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name)
}

/** An address, or a name that an outer proxy gave the client (RFC 7239 section 6). */
function nodeOf(client: string | undefined): string {
  if (client === undefined) return 'unknown'
  return client.includes(':') ? `"[${client}]"` : quoted(client)
}

function quoted(text: string): string {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
    ? text
    : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
