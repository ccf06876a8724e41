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

/** What a file of lib imports, in the words it uses. */
export function importsOf(file: string): string[] {
  const source = readFileSync(path.join('lib', file), 'utf8')
  // What an example in a comment imports is the reader's.
  return [...source.matchAll(/(?<!^ \* .*)(?:from|import) '([^']+)'/gm)].map(
    ([, specifier = '']) => specifier,
  )
}
