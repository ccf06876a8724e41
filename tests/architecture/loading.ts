// What is loaded with what: runtimes without Node's modules can load the front door, and what serves them.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'

/** All that is loaded together with a file; not what a function imports once it is called. */
function loadedWith(file: string): { readonly files: string[]; readonly others: string[] } {
  const loaded = new Set([file])
  const others = new Set<string>()
  for (const each of loaded) {
    const source = readFileSync(path.join('lib', each), 'utf8')
    // Types are not loaded.
    for (const [, specifier = ''] of source.matchAll(
      /^(?:im|ex)port (?!type )(?:[^;]*? from )?'([^']+)'/gm,
    )) {
      if (specifier.startsWith('.')) {
        loaded.add(path.posix.join(path.posix.dirname(each), specifier))
      } else others.add(specifier)
    }
  }
  return { files: [...loaded], others: [...others].sort() }
}

t.test('the front door, and what other runtimes serve by, load none of that', async (t) => {
  for (const [file, packages] of [
    ['index.ts', ['cookie', 'regexparam']],
    ['interop/tofetch.ts', []],
    ['interop/fromfetch.ts', ['cookie']],
    ['interop/fetchresponse.ts', ['cookie']],
    ['servers/bun.ts', []],
    ['servers/deno.ts', []],
    ['servers/workers.ts', []],
  ] as const) {
    const { files: loaded, others } = loadedWith(file)
    t.ok(loaded.length > 5, file)
    // A module of Node would be one of them.
    t.same(others, packages, file)
  }
  t.ok(loadedWith('index.ts').files.includes('responses/file.ts'))
})
