// The sources as text, for the tests of the house rules.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The TypeScript files below a folder, but for what is installed or built there. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const here = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  const below = entries
    .filter((entry) => entry.isDirectory() && !['node_modules', 'build'].includes(entry.name))
    .flatMap(({ name }) => filesIn(path.join(folder, name)).map((file) => `${name}/${file}`))
  return [...here.map(({ name }) => name), ...below].sort()
}

/** What bundles for the edge and browsers are made with, beside `default`. */
export const EDGE_CONDITIONS = ['workerd', 'edge-light', 'worker', 'browser'] as const

/** What is chosen by conditions: the files of lib by condition, for each name that begins with `#`. */
export function choices(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const { imports } = JSON.parse(readFileSync('lib/package.json', 'utf8'))
  const named = Object.entries<Record<string, string>>(imports).map(([name, targets]) => [
    name,
    Object.fromEntries(
      Object.entries(targets).map(([condition, target]) => [
        condition,
        path.posix.normalize(target).replace(/\.js$/, '.ts'),
      ]),
    ),
  ])
  return Object.fromEntries(named)
}

/** What a file of lib imports, in the words it uses. */
export function importsOf(file: string): string[] {
  const source = readFileSync(path.join('lib', file), 'utf8')
  // What an example in a comment imports is the reader's.
  return [...source.matchAll(/(?<!^ \* .*)(?:from|import) '([^']+)'/gm)].map(
    ([, specifier = '']) => specifier,
  )
}

/** What a file of lib imports once a function is called. */
export function laterImportsOf(file: string): string[] {
  const source = readFileSync(path.join('lib', file), 'utf8')
  return [...source.matchAll(/(?<!^ \* .*)(?<!typeof )\bimport\('([^']+)'\)/gm)].map(
    ([, specifier = '']) => specifier,
  )
}
