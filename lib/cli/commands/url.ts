/** `stellula url`: writes the path of a named route. */
import type { Reversible } from '../../http/urls.ts'
import { type ListedRoute, routes } from '../../routing/listing.ts'
import { parsePath } from '../../routing/path.ts'
import { NoMatchFound } from '../../routing/reverse.ts'
import type { App } from '../../types.ts'
import type { Command } from '../command.ts'
import { CommandError, UsageError } from '../failures.ts'
import { loadApp, readTarget } from '../module.ts'
import { print } from '../terminal.ts'

export const urlCommand: Command = {
  name: 'url',
  takes: 'MODULE[:EXPORT] NAME [KEY=VALUE…]',
  counts: [2, Number.POSITIVE_INFINITY],
  about: 'Writes the path of a named route with these parameters, percent-encoded.',
  options: { base: { value: 'URL', help: 'Write the whole URL, below this one.' } },
  examples: [
    'stellula url dist/app.js users:detail id=7',
    'stellula url dist/app.js home --base https://example.org/',
  ],
  run: async ({ positionals: [module = '', name = '', ...pairs], values: { base } }) => {
    const texts = readPairs(pairs)
    if (base !== undefined && !URL.canParse(base)) {
      throw new UsageError(
        `url: --base must be a URL, "${base}" was given. Write https://example.org/.`,
      )
    }
    const app = await loadApp(readTarget(module))
    const found = pathFor(app, name, texts)
    print(base === undefined ? String(found) : found.absolute(base).href)
    return 0
  },
}

type Texts = ReadonlyMap<string, string>

function readPairs(pairs: readonly string[]): Texts {
  return new Map(
    pairs.map((pair) => {
      const index = pair.indexOf('=')
      if (index > 0) return [pair.slice(0, index), pair.slice(index + 1)]
      throw new UsageError(`url: a parameter must be KEY=VALUE, "${pair}" was given. Write id=7.`)
    }),
  )
}

function pathFor(app: App, name: string, texts: Texts): ReturnType<Reversible['urlPathFor']> {
  if (!('urlPathFor' in app)) {
    throw new CommandError('url: the app has no named routes. Export an Application or a Router.')
  }
  try {
    return (app as App & Reversible).urlPathFor(name, valuesOf(routes(app), name, texts))
  } catch (error) {
    if (error instanceof NoMatchFound || error instanceof TypeError) {
      throw new CommandError(`url: ${error.message}`)
    }
    throw error
  }
}

/** Converts the texts to values, by the convertors of a route with this name. */
function valuesOf(
  listed: readonly ListedRoute[],
  name: string,
  texts: Texts,
): Record<string, unknown> {
  const values: Record<string, unknown> = Object.fromEntries(texts)
  for (const route of listed.filter((one) => one.name === name)) {
    for (const { name, convertor } of paramsOf(route)) {
      const text = texts.get(name)
      const value = text === undefined ? undefined : convertor.parse(text)
      if (value !== undefined) values[name] = value
    }
  }
  return values
}

/** The parameters of each mount and of the route, parsed separately because they may use different syntaxes. */
function paramsOf({ path, host }: ListedRoute) {
  const parts = path.split(/(?=\/)/).map((part) => parsePath(part, 'url').params)
  return [...parts.flat(), ...(host === undefined ? [] : parsePath(host, 'Host').params)]
}
