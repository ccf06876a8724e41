/** Makes the commands that write a document of an application. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { App } from '../types.ts'
import type { Command } from './command.ts'
import { CommandError } from './failures.ts'
import { loadApp, readTarget } from './module.ts'
import { tell } from './terminal.ts'
import { toYAML } from './yaml.ts'

/** A kind of document. */
interface DocumentKind<Document extends object> {
  /** The name of the command, and of the files in its examples. */
  readonly name: string
  readonly about: string
  readonly make: (
    app: App,
    info: { readonly title: string; readonly version: string },
  ) => Promise<Document>
  /** What it consists of, as a word and an object of them. */
  readonly parts: (document: Document) => [part: string, parts: object]
}

/** Makes the command that writes such a document, as JSON or YAML, to the standard output or to a file. */
export function documentCommand<Document extends object>({
  name,
  about,
  make,
  parts,
}: DocumentKind<Document>): Command {
  return {
    name,
    takes: 'MODULE[:EXPORT]',
    counts: [1, 1],
    about,
    options: {
      title: { value: 'TEXT', help: 'The title of the API (the name in package.json).' },
      version: { value: 'TEXT', help: 'The version of the API (the version in package.json).' },
      yaml: { help: 'Write YAML (the default for a FILE that ends in .yaml or .yml).' },
      out: { value: 'FILE', help: 'Write to a file instead of the standard output.' },
    },
    examples: [
      `stellula ${name} dist/app.js > ${name}.json`,
      `stellula ${name} dist/app.js --title Users --version 1.0.0 --out ${name}.yaml`,
    ],
    run: async ({ positionals: [module = ''], values, flags }) => {
      const target = readTarget(module)
      const app = await loadApp(target)
      const manifest = manifestAbove(target.file)
      const title = values['title'] ?? manifest.name ?? 'API'
      const version = values['version'] ?? manifest.version ?? '0.0.0'
      const document = await make(app, { title, version })
      const { out } = values
      const isYAML = flags.has('yaml') || /\.ya?ml$/.test(out ?? '')
      const text = isYAML ? toYAML(document) : `${JSON.stringify(document, undefined, 2)}\n`
      if (out === undefined) process.stdout.write(text)
      else {
        writeOrFail(name, out, text)
        const [part, all] = parts(document)
        const count = Object.keys(all).length
        tell(`wrote ${count} ${count === 1 ? part : `${part}s`} to ${out}`)
      }
      return 0
    },
  }
}

function writeOrFail(name: string, file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError(`${name}: "${file}" cannot be written (${code}). Check its folder.`)
  }
}

interface Manifest {
  readonly name?: string
  readonly version?: string
}

/** The nearest package.json above a file that has a name. */
function manifestAbove(file: string): Manifest {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'package.json')
    if (existsSync(candidate)) {
      const manifest: Manifest = JSON.parse(readFileSync(candidate, 'utf8'))
      if (manifest.name !== undefined) return manifest
    }
    if (folder === path.dirname(folder)) return {}
  }
}
