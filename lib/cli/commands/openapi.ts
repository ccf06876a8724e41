/** `stellula openapi`: writes the OpenAPI document of an application. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from '../command.ts'
import { loadApp, readTarget } from '../module.ts'
import { tell } from '../terminal.ts'
import { toYAML } from '../yaml.ts'

export const openapiCommand: Command = {
  name: 'openapi',
  takes: 'MODULE[:EXPORT]',
  counts: [1, 1],
  about: 'Writes the OpenAPI document of an application, made of the contracts of its operations.',
  options: {
    title: { value: 'TEXT', help: 'The title of the API (the name in package.json).' },
    version: { value: 'TEXT', help: 'The version of the API (the version in package.json).' },
    yaml: { help: 'Write YAML; a FILE that ends in .yaml or .yml is YAML by itself.' },
    out: { value: 'FILE', help: 'Write to a file instead of the standard output.' },
  },
  examples: [
    'stellula openapi dist/app.js > openapi.json',
    'stellula openapi dist/app.js --title Users --version 1.0.0 --out openapi.yaml',
  ],
  run: async ({ positionals: [module = ''], values, flags }) => {
    const target = readTarget(module)
    const app = await loadApp(target)
    const { openapi } = await import('../../openapi/document.ts')
    const manifest = manifestAbove(target.file)
    const title = values['title'] ?? manifest.name ?? 'API'
    const document = openapi(app, {
      title,
      version: values['version'] ?? manifest.version ?? '0.0.0',
    })
    const { out } = values
    const isYAML = flags.has('yaml') || /\.ya?ml$/.test(out ?? '')
    const text = isYAML ? toYAML(document) : `${JSON.stringify(document, undefined, 2)}\n`
    if (out === undefined) process.stdout.write(text)
    else {
      writeFileSync(out, text)
      tell(`wrote ${Object.keys(document.paths).length} paths to ${out}`)
    }
    return 0
  },
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
