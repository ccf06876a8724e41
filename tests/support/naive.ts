// The plainest router there is: every route an anchored regular expression, tried in turn.
import type { EntryOptions } from './entries.ts'

export interface NaiveRoute extends EntryOptions {
  readonly path: string
}

interface Kind {
  readonly pattern: string
  readonly convert: (text: string) => unknown
}

const text = (value: string): string => value

/** `tag` stands for a convertor of one's own; whoever uses it here must register it. */
export const TAG: RegExp = /[ab]+1?/

const KINDS: Readonly<Record<string, Kind>> = {
  str: { pattern: '[^/]+', convert: text },
  int: { pattern: '[0-9]+', convert: Number },
  float: { pattern: '[0-9]+(?:\\.[0-9]+)?', convert: Number },
  uuid: {
    pattern: '[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}',
    convert: (value) =>
      value
        .replaceAll('-', '')
        .toLowerCase()
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  },
  path: { pattern: '[^\\n]*', convert: text },
  tag: { pattern: TAG.source, convert: (value) => value.toUpperCase() },
}

export class NaiveRouter {
  readonly #compiled: readonly { regexp: RegExp; kinds: Kind[]; route: NaiveRoute }[]

  constructor(routes: readonly NaiveRoute[]) {
    this.#compiled = routes.map((route) => ({ route, ...compile(route) }))
  }

  find(path: string, type: string, method: string): unknown {
    const partial: number[] = []
    for (const [order, { regexp, kinds, route }] of this.#compiled.entries()) {
      const match = regexp.exec(path)
      if (match === null || (route.type !== undefined && route.type !== type)) continue
      if (route.methods !== undefined && !route.methods.includes(method)) {
        partial.push(order)
        continue
      }
      const values = kinds.map(({ convert }, index) => {
        const part = match[index + 1]
        return part === undefined ? undefined : convert(part)
      })
      const rest = path.length - (match.groups?.['rest']?.length ?? 0)
      return { order, values, rest }
    }
    return partial
  }
}

function compile({ path, prefix }: NaiveRoute): { regexp: RegExp; kinds: Kind[] } {
  const { source, kinds } = /\/:|\*/.test(path) ? compileColons(path) : compileBraces(path)
  return { regexp: new RegExp(`^(?:${source})${prefix ? '(?<rest>/[^]*)' : ''}$`), kinds }
}

function compileBraces(path: string): { source: string; kinds: Kind[] } {
  const kinds: Kind[] = []
  const source = path
    .split(/(\{\w+(?::\w+)?\})/)
    .map((piece) => {
      const param = /^\{\w+(?::(\w+))?\}$/.exec(piece)
      if (param === null) return escaped(piece)
      const kind = kindNamed(param[1] ?? 'str')
      kinds.push(kind)
      return `(${kind.pattern})`
    })
    .join('')
  return { source, kinds }
}

function compileColons(path: string): { source: string; kinds: Kind[] } {
  const segments = path.split('/').slice(1)
  const kinds: Kind[] = []
  const source = segments
    .map((segment) => {
      if (segment === '*') kinds.push(kindNamed('path'))
      else if (segment.startsWith(':')) kinds.push(kindNamed('str'))
      if (segment === '*') return '/([^\\n]*)'
      if (!segment.startsWith(':')) return `/${escaped(segment)}`
      return segment.endsWith('?') ? '(?:/([^/]+))?' : '/([^/]+)'
    })
    .join('')
  const optional = segments.every((segment) => /^:.*\?$/.test(segment))
  return { source: optional ? `/|${source}` : source, kinds }
}

function kindNamed(name: string): Kind {
  const kind = KINDS[name]
  if (kind === undefined) throw new TypeError(`no convertor ${name}`)
  return kind
}

function escaped(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
