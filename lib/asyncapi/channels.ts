/** Finds the websockets and channels of an application. */
import type { MessageContract } from '../endpoints/contract.ts'
import { isHidden, pathOf } from '../openapi/found.ts'
import { camelCase } from '../openapi/names.ts'
import { templatesOf } from '../openapi/paths.ts'
import type { OpenAPIParameter } from '../openapi/types.ts'
import type { ListedRoute } from '../routing/listing.ts'

/** A websocket of the document. */
export interface FoundSocket {
  readonly route: ListedRoute
  readonly address: string
  readonly parameters: Parameters
  readonly contract: MessageContract | undefined
}

type Parameters = Readonly<Record<string, { readonly description?: string }>>

/**
 * The websockets that are not hidden. Those without a contract are included unless `plain` is false. If
 * several routes have a path, the first one is described, because it answers.
 */
export function socketsIn(listed: readonly ListedRoute[], plain: boolean): FoundSocket[] {
  const known = new Set<string>()
  const isFirst = ({ host }: ListedRoute, path: string): boolean => {
    const key = `${host ?? ''} ${path.replace(/\{[^}]*\}/g, '{}')}`
    return !known.has(key) && known.add(key).has(key)
  }
  return listed.flatMap((route) => {
    if (route.kind !== 'websocket' || isHidden(route)) return []
    const contract = contractOf(route.handlers['*'])
    if (contract === undefined && !plain) return []
    const templates = templatesOf(pathOf(route)).filter(({ path }) => isFirst(route, path))
    return templates.map(({ path, parameters }) => ({
      ...{ route, contract, address: path },
      parameters: Object.fromEntries(parameters.map((one) => [one.name, parameterOf(one)])),
    }))
  })
}

function contractOf(handler: unknown): MessageContract | undefined {
  const { contract } = (handler ?? {}) as { readonly contract?: MessageContract }
  return contract?.kind === 'listener' || contract?.kind === 'stream' ? contract : undefined
}

/** Descriptions of the convertors' values: in AsyncAPI a parameter is a string without a schema. */
const WORDS: Readonly<Record<string, string>> = {
  integer: 'An integer from 0 on.',
  number: 'A number from 0 on.',
  uuid: 'A UUID.',
  date: 'A date, as 2026-12-24.',
  'date-time': 'A time, as 2026-12-24T18:00:00Z.',
}

function parameterOf({ schema }: OpenAPIParameter): { description?: string } {
  const { format, type, pattern } = schema
  const description = WORDS[String(format ?? type)]
  if (description !== undefined) return { description }
  return pattern === undefined ? {} : { description: `A text that matches ${pattern}.` }
}

/** The parameters in the name of a channel, such as `rooms/{room}`. */
export function parametersIn(name: string): Parameters {
  return Object.fromEntries([...name.matchAll(/\{([\w-]+)\}/g)].map(([, one = '']) => [one, {}]))
}

/** Makes unique names. */
export class Names {
  readonly #taken = new Set<string>()

  /** The words in camelCase, with a number if the name is already used. */
  of(...words: readonly string[]): string {
    const base = camelCase(...words) || 'root'
    let name = base
    for (let number = 2; this.#taken.has(name); number++) name = `${base}${number}`
    this.#taken.add(name)
    return name
  }
}
